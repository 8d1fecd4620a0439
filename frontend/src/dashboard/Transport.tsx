/** Play, Pause, Resume, Stop: only what makes sense now. */

import { t } from '../i18n'
import { PauseIcon, PlayIcon, StopIcon, SwapIcon } from '../ui/icons'
import { useStore } from '../ui/use-store'
import type { Director } from './director'
import type { Games } from './games'
import { nameKey } from './names'
import type { ShowSession } from './show'

export function Transport({ session, games, director }: { session: ShowSession; games: Games; director: Director }) {
  const { phase, show, busy } = useStore(session.state)
  useStore(games.state)
  const target = games.target()
  const another =
    show && target && (nameKey(target.name) !== nameKey(show.displayName) || target.mode !== show.mode)
      ? target
      : undefined

  const stop = (
    <button type="button" disabled={busy} onClick={() => void session.stop()}>
      <StopIcon /> {t('controls.stop')}
    </button>
  )
  switch (phase) {
    case 'live':
    case 'paused':
      return (
        <div class="transport">
          {another && (
            <button type="button" class="primary wide" disabled={busy} onClick={() => void director.play()}>
              <SwapIcon /> <span class="ellipsis">{t('controls.change', { game: another.name })}</span>
            </button>
          )}
          {phase === 'live' ? (
            <button type="button" disabled={busy} onClick={() => void session.pause()}>
              <PauseIcon /> {t('controls.pause')}
            </button>
          ) : (
            <button
              type="button"
              class={another ? '' : 'primary'}
              disabled={busy}
              onClick={() => void session.resume()}
            >
              <PlayIcon /> {t('controls.resume')}
            </button>
          )}
          {stop}
        </div>
      )
    case 'replaced':
      return (
        <div class="transport">
          <p class="wide hint">{t('chat.replacedHint')}</p>
          <button type="button" class="primary wide large" disabled={busy} onClick={() => void session.takeBack()}>
            <PlayIcon /> {t('controls.takeBack')}
          </button>
        </div>
      )
    default:
      return (
        <div class="transport">
          <button
            type="button"
            class="primary wide large"
            disabled={busy}
            aria-busy={phase === 'starting'}
            onClick={() => void director.play()}
          >
            <PlayIcon /> {t('controls.play')}
          </button>
        </div>
      )
  }
}
