/** The chat with what belongs to it: the state of the show above, the moments below. */

import { useEffect } from 'preact/hooks'
import { WAVE_TYPES, type WaveType } from '../api/contract'
import { t } from '../i18n'
import type { ChatFeed } from '../stream/feed'
import { Alert } from '../ui/Shell'
import { useStore } from '../ui/use-store'
import { errorText } from '../ui/text'
import { Announcer } from './Announcer'
import { keepAwake } from './awake'
import { chatSettings } from './chat-settings'
import { ChatSettings } from './ChatSettings'
import { ChatWindow } from './ChatWindow'
import type { ShowSession, ShowState } from './show'
import { ShowTime } from './ShowTime'
import { leaveSolo } from './solo'
import { soundQuestions } from './sound'

export function ChatPanel({ session, feed }: { session: ShowSession; feed: ChatFeed }) {
  const state = useStore(session.state)
  const { phase, connection, error, since } = state
  const { platform, size, sound, announce } = useStore(chatSettings)
  const live = phase === 'live'
  useEffect(() => (live ? keepAwake() : undefined), [live])
  useEffect(() => (sound ? soundQuestions(feed) : undefined), [sound])
  return (
    <section
      class="chat-panel"
      data-phase={phase}
      data-platform={platform}
      style={{ '--chat-size': `${size}px` }}
    >
      <header class="chat-head">
        <h1 class="state" role="status">
          {stateText(state)}
        </h1>
        {live && connection !== 'reconnecting' && <span class="badge-live">{t('state.badge')}</span>}
        {live && <ShowTime since={since} clock={feed.clock} />}
        <span class="connection" data-connection={connection}>
          {t(`chat.${connection}`)}
        </span>
        <ChatSettings />
        <button type="button" class="quiet solo-back" onClick={leaveSolo}>
          {t('chat.back')}
        </button>
      </header>
      {error !== undefined && <Alert text={errorText(error)} onClose={() => session.dismissError()} />}
      <ChatWindow feed={feed} waiting={live || phase === 'starting'} />
      {announce && <Announcer feed={feed} />}
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
