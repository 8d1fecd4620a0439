/** What Play means here: the typed game becomes a chip and a show at the same time, neither waiting for the other. */

import { ApiError } from '../api/client'
import type { AddedGame, Choice, Mode, Slot, Source } from '../api/contract'
import type { Games } from './games'
import { nameKey } from './names'
import { paceOf, type Preferences } from './preferences'
import type { ShowSession } from './show'

export interface Director {
  play(): Promise<void>
  resume(): Promise<void>
  /** Keeps the typed game without playing it. */
  add(): Promise<void>
  /** Puts the game that waits for a place in that of another. */
  swapFor(slot: Slot): Promise<void>
  /** The game that waits for a place gets none; a show of it goes on. */
  leaveIt(): void
  /** Of which kind the game is that nobody here knows. */
  tell(genre: string): Promise<void>
  /** What Play would change a show that runs to. */
  another(): { name: string; mode: Mode } | undefined
  /** Sends changed preferences to a show that runs. */
  applyPreferences(): Promise<void>
}

/** How well a pack knows the game it is played for. */
const KNOWS: Record<Source, number> = { generic: 0, genre: 1, builtin: 2, cache: 2, ai: 2 }

export function createDirector(games: Games, session: ShowSession, preferences: () => Preferences): Director {
  /** What was typed for a show, and the game's own name, which may be another. */
  let asked = { name: '', title: '' }
  let applying = false

  const choice = (gameName: string, mode: Mode): Choice => {
    const { lang, pace } = preferences()
    return { gameName, mode, lang, genre: games.genreOf(gameName, mode), ...paceOf(pace) }
  }

  /** A better pack that came after Play goes on with the show. */
  const improve = async (added: AddedGame | undefined) => {
    if (!added) return
    const { displayName, mode, source, genre } = await games.better(added)
    const { phase, show } = session.state.get()
    if (phase !== 'live' || !show || show.mode !== mode || !isPlayed(displayName)) return
    const retold = source === 'genre' && show.source === 'genre' && genre !== show.genre
    if (KNOWS[source] > KNOWS[show.source] || retold) await goOn()
  }

  /** The show, from here on as it would be started now. */
  const goOn = async () => {
    await idle(session)
    const { phase, show } = session.state.get()
    if (show && (phase === 'live' || phase === 'paused')) await session.change(choice(show.displayName, show.mode))
  }

  /** The doors refuse a chip and a show for the same reason: it is said once, beside the name. */
  const isSaidTwice = (): boolean => {
    const code = codeOf(games.state.get().error)
    return code !== undefined && code === codeOf(session.state.get().error)
  }

  /** Whether a name means the game of the show. */
  const isPlayed = (name: string): boolean => {
    const title = session.state.get().show?.displayName ?? ''
    return nameKey(name) === nameKey(title) || (nameKey(name) === asked.name && title === asked.title)
  }

  const isRunning = (): boolean => ['live', 'paused'].includes(session.state.get().phase)

  return {
    async play() {
      const target = games.target() ?? games.check()
      if (!target) return
      const { name, mode } = target
      const wish = choice(name, mode)
      const started = (isRunning() ? session.change(wish) : session.play(wish)).then(() => {
        const { show, error } = session.state.get()
        if (show && error === undefined) asked = { name: nameKey(name), title: show.displayName }
      })
      if (!games.adopt(name, mode)) {
        const added = await games.add(name, mode)
        await started
        if (!added && isSaidTwice()) session.dismissError()
        await improve(added)
      }
      await started
    },

    resume: goOn,

    async add() {
      const typed = games.check()
      if (typed) await improve(await games.add(typed.name, typed.mode))
    },

    swapFor: async (slot) => improve(await games.swapFor(slot)),

    leaveIt() {
      const { swap } = games.state.get()
      const { show } = session.state.get()
      games.cancelSwap()
      if (show && isRunning() && swap && isPlayed(swap.name)) games.selectGame(show, swap.name)
    },

    tell: async (genre) => improve(await games.tell(genre)),

    another() {
      const { show } = session.state.get()
      const target = games.target()
      return show && target && !(isPlayed(target.name) && target.mode === show.mode) ? target : undefined
    },

    async applyPreferences() {
      if (applying) return
      applying = true
      // What is changed while a change is under way is sent after it.
      let sent: Preferences | undefined
      for (await idle(session); session.state.get().phase === 'live' && sent !== preferences(); ) {
        sent = preferences()
        await goOn()
      }
      applying = false
    },
  }
}

/** Resolves when nothing is being asked of the doors for the show. */
const idle = ({ state }: ShowSession): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (state.get().busy) return
      stop()
      resolve()
    }
    const stop = state.subscribe(look)
    look()
  })

const codeOf = (error: unknown): string | undefined => (error instanceof ApiError ? error.code : undefined)
