/** The dashboard: builds its parts once, and draws them. */

import '../styles/dashboard.css'
import '../styles/obs.css'
import { useEffect } from 'preact/hooks'
import { createApi, type Api } from '../api/client'
import { openAuth, SignedOut, type Auth } from '../auth'
import { ChatControls } from '../dashboard/ChatControls'
import { ChatPanel } from '../dashboard/ChatPanel'
import { createDirector, type Director } from '../dashboard/director'
import { GamePanel } from '../dashboard/GamePanel'
import { Games } from '../dashboard/games'
import { ObsLink } from '../dashboard/obs/link'
import { ObsCard } from '../dashboard/obs/ObsCard'
import { loadPreferences, preferencesOf, savePreferences, type Preferences } from '../dashboard/preferences'
import { watchNetwork } from '../dashboard/network'
import { ShowSession } from '../dashboard/show'
import { cleanPath, startSolo } from '../dashboard/solo'
import { Steps } from '../dashboard/Steps'
import { steps } from '../dashboard/steps'
import { Transport } from '../dashboard/Transport'
import { loadEmotes } from '../emotes'
import { i18n, language, t } from '../i18n'
import { ServerClock } from '../stream/clock'
import { ChatFeed } from '../stream/feed'
import { workerTimers } from '../stream/timers'
import { signInPath } from '../ui/paths'
import { Topbar } from '../ui/Shell'
import { start } from '../ui/start'
import { createStore, type Store } from '../ui/store'
import { useKeptFocus } from '../ui/use-kept-focus'
import { useStore } from '../ui/use-store'

interface Parts {
  auth: Auth
  api: Api
  games: Games
  session: ShowSession
  feed: ChatFeed
  director: Director
  preferences: Store<Preferences>
  obs: ObsLink
}

const toSignIn = () => location.replace(signInPath(location.pathname + location.search))

function build(auth: Auth): Parts {
  const api = createApi({
    token: (fresh) =>
      auth.token(fresh).catch((error: unknown) => {
        if (error instanceof SignedOut) toSignIn()
        throw error
      }),
    language,
  })
  const preferences = createStore(loadPreferences())
  const timers = workerTimers()
  const feed = new ChatFeed(new ServerClock(), timers)
  const onChange = startSolo(() => session)
  const obs = new ObsLink(api, timers)
  const onOverlay = obs.hear.bind(obs)
  const session = new ShowSession({ api, feed, timers, language, onChange, onOverlay })
  watchNetwork(session)
  const draft = new URLSearchParams(location.search).get('game') ?? ''
  const games = new Games({ api, lang: () => preferences.get().lang, timers, draft })
  return { auth, api, games, session, feed, preferences, director: createDirector(games, session, preferences.get), obs }
}

async function load({ games, session, preferences, obs }: Parts): Promise<void> {
  void obs.load()
  // The game of the address is in the field by now; a reload should not type it again.
  history.replaceState(null, '', cleanPath())
  await Promise.all([games.load(), session.join()])
  const { show } = session.state.get()
  if (!show) return
  games.selectGame(show)
  preferences.set(preferencesOf(show))
}

function Dashboard({ auth, games, session, feed, director, preferences, obs }: Parts) {
  useStore(i18n)
  const chosen = useStore(preferences)
  const { defaultPace, selected, drafts, mode } = useStore(games.state)
  const { phase, show, connection } = useStore(session.state)
  const gameCard = useKeptFocus<HTMLElement>('.transport button')

  useEffect(() => {
    document.title = phase === 'live' && show ? `● ${show.displayName} · ChatSim` : t('dashboard.title')
  })

  useEffect(() => {
    if (phase === 'live') for (const step of ['game', 'play'] as const) steps.done(step)
    if (selected || drafts[mode].trim()) steps.done('game')
  }, [phase, selected, drafts])

  const choose = (next: Preferences) => {
    preferences.set(next)
    savePreferences(next)
    void director.applyPreferences()
  }
  return (
    <>
      <Topbar auth={auth} />
      <main class="dashboard">
        <section class="card stack game-card" ref={gameCard} aria-label={t('games.heading')}>
          <Steps />
          <GamePanel games={games} director={director} />
          <Transport session={session} games={games} director={director} />
        </section>
        <ChatPanel session={session} feed={feed} />
        <aside class="side stack">
          <ChatControls preferences={chosen} defaultPace={defaultPace} onChange={choose} />
          <ObsCard link={obs} told={connection === 'connected'} onLinked={() => steps.done('obs')} />
          <p class="disclaimer">{t('site.disclaimer')}</p>
        </aside>
      </main>
    </>
  )
}

void loadEmotes()
void start(openAuth, (auth) => {
  if (!auth.user()) {
    toSignIn()
    return null
  }
  const parts = build(auth)
  void load(parts)
  return <Dashboard {...parts} />
})
