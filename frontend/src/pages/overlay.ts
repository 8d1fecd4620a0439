/** The overlay: a page OBS draws over the game. It never asks anybody to sign in and never starts a show. */

import '../styles/overlay.css'
import { overlayTicket } from '../api/client'
import { language, startLanguage, t } from '../i18n'
import { followUser } from '../overlay/follow-user'
import { createView } from '../overlay/view'
import { ServerClock } from '../stream/clock'
import { ChatFeed } from '../stream/feed'
import { workerTimers } from '../stream/timers'

const MAX_LINES = 12

async function run(): Promise<void> {
  await startLanguage()
  const view = createView(
    document.querySelector<HTMLElement>('.overlay-chat')!,
    document.querySelector<HTMLElement>('.overlay-note')!,
  )
  view.label(t('overlay.label'))
  const key = new URLSearchParams(location.hash.slice(1)).get('k')
  if (!key) return view.say(t('overlay.noKey'))

  const timers = workerTimers()
  const feed = new ChatFeed(new ServerClock(), timers, MAX_LINES)
  feed.state.subscribe(() => view.draw(feed.state.get().lines))

  // Words are for the moment after loading, when somebody looks whether it works; later it only ever shows chat.
  let greeted = false
  followUser({
    feed,
    timers,
    language,
    ticket: async () => (await overlayTicket(key, language())).ticket,
    ready: untilVisible,
    onStatus: (status) => {
      if (status === 'playing') view.hush()
      if (greeted) return
      greeted = status !== 'offline'
      if (status === 'waiting') view.say(t('overlay.connected'))
      if (status === 'refused') view.say(t('overlay.badKey'))
      if (status === 'offline') view.say(t('overlay.offline'))
    },
  })
}

/** A hidden source asks nothing. */
const untilVisible = () =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (document.visibilityState === 'hidden') return
      document.removeEventListener('visibilitychange', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    look()
  })

// The key is behind the #: pasting another link into the same source changes nothing else.
addEventListener('hashchange', () => location.reload())
void run()
