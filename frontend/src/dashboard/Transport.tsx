/** Play, Pause, Resume, Stop: only what makes sense now. */

import { t } from '../i18n'
import { PauseIcon, PlayIcon, StopIcon, SwapIcon } from '../ui/icons'
import { useStore } from '../ui/use-store'
import type { Director } from './director'
import type { Games } from './games'
import type { ShowSession } from './show'

export function Transport({ session, games, director }: { session: ShowSession; games: Games; director: Director }) {
  const { phase, busy } = useStore(session.state)
  const { mode } = useStore(games.state)
  const another = director.another()

  // A button that is busy keeps the keyboard's focus, which `disabled` would take away; so does one that becomes another.
  const press = (work: () => Promise<void>) => ({
    type: 'button' as const,
    'aria-disabled': busy,
    onClick: () => {
      if (!busy) void work()
    },
  })
  const stop = (
    <button key="stop" {...press(() => session.stop())}>
      <StopIcon /> {t('controls.stop')}
    </button>
  )
  switch (phase) {
    case 'live':
    case 'paused':
      return (
        <div class="transport">
          {another && (
            <button key="change" class="primary wide" {...press(() => director.play())}>
              <SwapIcon /> <span class="ellipsis">{t('controls.change', { game: another.name })}</span>
            </button>
          )}
          {phase === 'live' ? (
            <button key="main" {...press(() => session.pause())}>
              <PauseIcon /> {t('controls.pause')}
            </button>
          ) : (
            <button key="main" class={another ? '' : 'primary'} {...press(() => director.resume())}>
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
          <button key="main" class="primary wide large" {...press(() => session.takeBack())}>
            <PlayIcon /> {t('controls.takeBack')}
          </button>
        </div>
      )
    default: {
      // Pressed all the same, it shows where the name goes.
      const idle = phase === 'none' && !games.target()
      return (
        <div class="transport">
          <button
            key="main"
            class="primary wide large"
            aria-busy={phase === 'starting'}
            aria-describedby={idle ? 'play-needs' : undefined}
            {...press(() => director.play())}
            aria-disabled={busy || idle}
          >
            <PlayIcon /> {t('controls.play')}
          </button>
          {idle && (
            <p class="wide hint" id="play-needs">
              {t(`controls.needs.${mode}`)}
            </p>
          )}
        </div>
      )
    }
  }
}
