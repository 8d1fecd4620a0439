/** How long the show runs, by the server's clock. */

import { useEffect, useRef } from 'preact/hooks'
import { t } from '../i18n'
import type { ServerClock } from '../stream/clock'

export function ShowTime({ since, clock }: { since: number; clock: ServerClock }) {
  const face = useRef<HTMLElement>(null)
  // Written straight into the page, once a second, on the second.
  useEffect(() => {
    let timer = 0
    const tick = () => {
      const elapsedMs = Math.max(0, clock.now() - since)
      face.current!.textContent = clockFace(elapsedMs)
      timer = window.setTimeout(tick, 1000 - (elapsedMs % 1000))
    }
    tick()
    return () => clearTimeout(timer)
  }, [since])
  return <span class="chat-elapsed" role="timer" aria-label={t('chat.time')} title={t('chat.time')} ref={face} />
}

/** 754000 → 12:34, 3754000 → 01:02:34. */
const clockFace = (elapsedMs: number): string => new Date(elapsedMs).toISOString().slice(11, 19).replace(/^00:/, '')
