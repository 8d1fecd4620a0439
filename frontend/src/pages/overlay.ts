/** The overlay: a page OBS draws over the game. It never asks anybody to sign in and never starts a show. */

import '../styles/overlay.css'
import { overlayTicket } from '../api/client'
import type { Chosen, Line } from '../api/contract'
import { loadEmotes } from '../emotes'
import { language, startLanguage, t, useLanguage, type Key } from '../i18n'
import { followUser } from '../overlay/follow-user'
import { applyLook, chosenLines, mergeLook, optionsOf, type Look } from '../overlay/look'
import { previewLines } from '../overlay/preview'
import { createView } from '../overlay/view'
import { watchVisible } from '../overlay/visible'
import { ServerClock } from '../stream/clock'
import { ChatFeed } from '../stream/feed'
import { workerTimers } from '../stream/timers'

/** The longest chat a look may ask for. */
const MAX_LINES = 50

async function run(): Promise<void> {
  await startLanguage()
  const view = createView(
    document.querySelector<HTMLElement>('.overlay-chat')!,
    document.querySelector<HTMLElement>('.overlay-note')!,
  )
  let look: Look
  let lines: () => readonly Line[] = () => []
  const draw = () => view.draw(chosenLines(lines(), look), look.emotes)

  // Words wait for their language.
  let words = Promise.resolve()
  const later = (work: () => unknown) => {
    words = words.then(work).then(() => undefined)
  }
  const say = (key: Key) => later(() => view.say(t(key)))

  const setLook = (saved: Chosen) => {
    const next = mergeLook(saved, optionsOf(location))
    if (JSON.stringify(next) === JSON.stringify(look)) return
    look = next
    applyLook(look, document.body)
    later(() => (look.lang === language() ? undefined : useLanguage(look.lang).catch(() => undefined)))
    later(() => view.label(t('overlay.label')))
    view.clear()
    draw()
  }
  setLook({})

  const address = new URLSearchParams(location.hash.slice(1))
  if (address.has('preview')) {
    addEventListener('hashchange', () => setLook({}))
    lines = previewLines(draw)
    void loadEmotes().then(() => {
      view.clear()
      draw()
    })
    return draw()
  }
  // The key is behind the #: pasting another link into the same source changes nothing else.
  addEventListener('hashchange', () => location.reload())
  const key = address.get('k')
  if (!key) return say('overlay.noKey')
  void loadEmotes()

  const timers = workerTimers()
  const feed = new ChatFeed(new ServerClock(), timers, MAX_LINES)
  lines = () => feed.state.get().lines
  feed.state.subscribe(draw)

  // Words are for the moment after loading, when somebody looks whether it works; later it only ever shows chat.
  let greeted = false
  let told = ''
  followUser({
    feed,
    timers,
    language,
    ticket: () => overlayTicket(key, language()),
    ready: watchVisible(),
    onLook: setLook,
    onStatus: (status) => {
      if (status === 'playing') later(view.hush)
      if (greeted || status === told) return
      told = status
      greeted = status !== 'offline'
      if (status === 'waiting') say('overlay.connected')
      if (status === 'refused') say('overlay.badKey')
      if (status === 'offline') say('overlay.offline')
    },
  })
}

void run()
