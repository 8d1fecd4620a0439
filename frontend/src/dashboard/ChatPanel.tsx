/** The chat with what belongs to it: the state of the show above, the moments below. */

import { WAVE_TYPES, type WaveType } from '../api/contract'
import { t } from '../i18n'
import type { ChatFeed } from '../stream/feed'
import { Alert } from '../ui/Shell'
import { useStore } from '../ui/use-store'
import { errorText } from '../ui/text'
import { ChatWindow } from './ChatWindow'
import type { ShowSession, ShowState } from './show'

export function ChatPanel({ session, feed }: { session: ShowSession; feed: ChatFeed }) {
  const state = useStore(session.state)
  const { phase, connection, error } = state
  return (
    <section class="chat-panel" data-phase={phase}>
      <header class="chat-head">
        <h1 class="state" role="status">
          {stateText(state)}
        </h1>
        {phase === 'live' && connection !== 'reconnecting' && <span class="badge-live">{t('state.badge')}</span>}
        <span class="connection" data-connection={connection}>
          {t(`chat.${connection}`)}
        </span>
      </header>
      {error !== undefined && <Alert text={errorText(error)} onClose={() => session.dismissError()} />}
      <ChatWindow feed={feed} waiting={phase === 'live' || phase === 'starting'} />
      <Moments session={session} />
    </section>
  )
}

function stateText({ phase, show }: ShowState): string {
  const game = show?.displayName ?? ''
  return t(`state.${phase}`, { game })
}

const FACES: Record<WaveType, string> = { laugh: '😂', hype: '🔥', fear: '😱', omg: '💀' }

function Moments({ session }: { session: ShowSession }) {
  const { phase, waveResting } = useStore(session.state)
  const live = phase === 'live'
  return (
    <div class="moments" role="group" aria-label={t('moments.heading')} aria-describedby="moments-hint">
      <p class="hint wide" id="moments-hint">
        {t(live ? 'moments.hint' : 'moments.off')}
      </p>
      {WAVE_TYPES.map((type) => (
        <button
          type="button"
          key={type}
          disabled={!live}
          aria-disabled={waveResting}
          onClick={() => void session.wave(type)}
        >
          <span class="moment-face" aria-hidden="true">
            {FACES[type]}
          </span>{' '}
          {t(`moments.${type}`)}
        </button>
      ))}
    </div>
  )
}
