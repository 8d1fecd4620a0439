/** Bytes → server-sent events → messages of the chat stream. No network and no clock in here. */

import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Chosen, Line, OverlaySeen } from '../api/contract'
import type { QueuedLine } from './queue'

export type StreamMessage =
  | { type: 'hello'; now: number; show: string | null; look?: Chosen; overlay?: OverlaySeen }
  | { type: 'line'; line: QueuedLine }
  | { type: 'end'; next: string; count: number; missed: number; again: number }
  | { type: 'stopped'; reason: 'pause' | 'stop'; again: number }
  | { type: 'idle' | 'replaced' | 'revoked' | 'reset'; again: number }
  | { type: 'error' }
  | { type: 'retry'; delayMs: number }

/** The messages of one answer, in order. Events we do not know are skipped; broken data counts as an error. */
export async function* messages(bytes: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage> {
  let ready: StreamMessage[] = []
  const parser = createParser({
    onEvent: (event) => {
      const message = decode(event)
      if (message) ready.push(message)
    },
    onRetry: (delayMs) => ready.push({ type: 'retry', delayMs }),
  })
  const text = new TextDecoder()
  const reader = bytes.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(text.decode(value, { stream: true }))
      const now = ready
      ready = []
      yield* now
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}

function decode({ event = 'message', id, data }: EventSourceMessage): StreamMessage | undefined {
  switch (event) {
    case 'message': {
      const line = parse(data)
      if (!isLine(line)) return { type: 'error' }
      return { type: 'line', line: id === undefined ? line : { ...line, cursor: id } }
    }
    case 'hello': {
      const { now, show, look, overlay } = parse(data)
      if (typeof now !== 'number') return { type: 'error' }
      const hello: StreamMessage & { type: 'hello' } = { type: 'hello', now, show: typeof show === 'string' ? show : null }
      if (look) hello.look = look as Chosen
      if (overlay) hello.overlay = overlay as OverlaySeen
      return hello
    }
    case 'end': {
      const { next, count, missed, again } = parse(data)
      if (typeof next !== 'string') return { type: 'error' }
      return { type: 'end', next, count: number(count), missed: number(missed), again: number(again) }
    }
    case 'stopped': {
      const { reason, again } = parse(data)
      return { type: 'stopped', reason: reason === 'pause' ? 'pause' : 'stop', again: number(again) }
    }
    case 'idle':
    case 'replaced':
    case 'revoked':
    case 'reset':
      return { type: event, again: number(parse(data).again) }
    case 'error':
      return { type: 'error' }
    default:
      return undefined
  }
}

function parse(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const number = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0)

function isLine(value: object): value is Line {
  const line = value as Partial<Line>
  return (
    typeof line.id === 'string' &&
    typeof line.username === 'string' &&
    typeof line.content === 'string' &&
    typeof line.timestamp === 'number'
  )
}
