/** What Play means here: the typed game becomes a chip and a show at the same time, neither waiting for the other. */

import { ApiError } from '../api/client'
import type { AddedGame, Choice, Mode, Source } from '../api/contract'
import type { Games } from './games'
import { nameKey } from './names'
import { paceOf, type Preferences } from './preferences'
import type { ShowSession } from './show'

export interface Director {
  play(): Promise<void>
  /** Sends changed preferences to a show that runs. */
  applyPreferences(): Promise<void>
}

/** Sources made for this very game; the others stand in until one of these is there. */
const MADE_FOR_IT: readonly Source[] = ['ai', 'cache', 'builtin']

export function createDirector(games: Games, session: ShowSession, preferences: () => Preferences): Director {
  const choice = (gameName: string, mode: Mode): Choice => {
    const { lang, pace } = preferences()
    return { gameName, mode, lang, ...paceOf(pace) }
  }

  /** A better pack that came after Play goes on with the show. */
  const improve = async (added: AddedGame) => {
    const { phase, show } = session.state.get()
    if (phase !== 'live' || !show || !isShown(added.gameName, added.mode)) return
    if (MADE_FOR_IT.includes(added.source) && !MADE_FOR_IT.includes(show.source)) {
      await session.change(choice(added.displayName, added.mode))
    }
  }

  const isShown = (name: string, mode: Mode): boolean => {
    const { show } = session.state.get()
    return show !== undefined && nameKey(show.gameName) === nameKey(name) && show.mode === mode
  }

  /** The doors refuse a chip and a show for the same reason: it is said once, beside the name. */
  const isSaidTwice = (): boolean => {
    const code = codeOf(games.state.get().error)
    return code !== undefined && code === codeOf(session.state.get().error)
  }

  return {
    async play() {
      const target = games.target() ?? games.check()
      if (!target) return
      const { name, mode } = target
      const { phase } = session.state.get()
      const started =
        phase === 'live' || phase === 'paused' ? session.change(choice(name, mode)) : session.play(choice(name, mode))
      if (!games.adopt(name, mode)) {
        const added = await games.add(name, mode)
        await started
        if (added) await improve(await games.better(added))
        else if (isSaidTwice()) session.dismissError()
      }
      await started
    },

    async applyPreferences() {
      const { phase, show } = session.state.get()
      if (phase === 'live' && show) await session.change(choice(show.displayName, show.mode))
    },
  }
}

const codeOf = (error: unknown): string | undefined => (error instanceof ApiError ? error.code : undefined)
