/**
 * Follows a show: reads a batch, waits, comes back with its position, until it is told that there is nothing to follow.
 *
 * How an answer can end, and what comes next:
 *
 *     end                      come back after `again`
 *     nothing (cut), error,    come back after a back-off of 1 s → 30 s, each with jitter; what was read is kept
 *       5xx, no network
 *     401                      once with a new ticket, then as a cut
 *     400                      the position was refused: once without it, then as a cut
 *     429                      as a cut, after `Retry-After` at the soonest
 *     idle, stopped, replaced, the caller's `onEvent` decides: how many ms to wait, or 'leave'
 *       reset, revoked
 *     no ticket to be had      'refused', and it is over
 */

import { ApiError, retryAfterMs } from '../api/client'
import { messages, type StreamMessage } from './reader'
import { sleep, type Timers } from './timers'

const FIRST_BACK_OFF_MS = 1_000
const LONGEST_BACK_OFF_MS = 30_000
/** A batch comes at once or not at all: silence this long is a connection that died. */
const SILENCE_MS = 15_000

export type FollowEvent =
  | Exclude<StreamMessage, { type: 'retry' | 'error' }>
  | { type: 'connecting' }
  | { type: 'cut'; retryInMs: number }
  | { type: 'refused'; error: ApiError }

export type Next = 'leave' | { waitMs: number }

export interface FollowOptions {
  /**
   * The ticket to show, or how long to wait because there is nothing to read; `fresh` when the last one was refused.
   * Its ApiError 401, 403 or 404 ends the following.
   */
  ticket(fresh: boolean): Promise<string | { waitMs: number }>
  horizonS: number
  /** Cursor to read from; from now on without one. */
  from?: string | undefined
  /** Hears of everything in order; its answer matters for the events that end a show. */
  onEvent(event: FollowEvent): Next | void
  /** Resolves when it makes sense to ask at all, such as when the page can be seen. */
  ready?(): Promise<void>
  language(): string
  timers: Timers
  fetch?: typeof fetch
  random?: () => number
}

export interface Follower {
  /** Ends it; no event comes after this. */
  leave(): void
  /** Asks now, if it is waiting. */
  hurry(): void
}

export function follow(options: FollowOptions): Follower {
  const abort = new AbortController()
  let nap = new AbortController()
  const wait = (delayMs: number) => {
    nap = new AbortController()
    return sleep(options.timers, delayMs, nap.signal)
  }
  void run(options, wait, abort.signal)
  return {
    leave() {
      abort.abort()
      nap.abort()
    },
    hurry: () => nap.abort(),
  }
}

/** What a stream left behind. */
interface Outcome {
  /** Undefined when it was cut. */
  next?: Next
  /** Whether it brought anything: then a cut is a new one, not the same again. */
  progress: boolean
}

async function run(
  options: FollowOptions,
  wait: (delayMs: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { random = Math.random } = options
  const tell = (event: FollowEvent) => (signal.aborted ? undefined : options.onEvent(event))
  const position: Position = { last: options.from, retryMs: FIRST_BACK_OFF_MS }
  let failures = 0
  let fresh = false

  while (!signal.aborted) {
    await options.ready?.()
    if (signal.aborted) return
    tell({ type: 'connecting' })
    let atLeastMs = 0
    try {
      const ticket = await options.ticket(fresh)
      if (signal.aborted) return
      if (typeof ticket !== 'string') {
        fresh = false
        failures = 0
        await wait(ticket.waitMs)
        continue
      }
      const { next, progress } = await readOnce(options, ticket, position, tell, signal)
      fresh = false
      if (progress) failures = 0
      if (next === 'leave') return
      if (next) {
        failures = 0
        await wait(next.waitMs)
        continue
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof TicketRefused) {
        const first = !fresh
        fresh = true
        if (first) continue
      } else if (error instanceof PositionRefused && position.last !== undefined) {
        position.last = undefined
        continue
      } else if (error instanceof ApiError) {
        if ([401, 403, 404].includes(error.status)) {
          tell({ type: 'refused', error })
          return
        }
        atLeastMs = error.retryAfterMs
      }
    }
    const retryInMs = Math.max(atLeastMs, backOffMs(position.retryMs, failures++, random()))
    tell({ type: 'cut', retryInMs })
    await wait(retryInMs)
  }
}

/** Doubles with each failure in a row, from what the server asked for; the jitter takes up to a quarter off. */
export function backOffMs(firstMs: number, failures: number, random: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, firstMs * 2 ** Math.min(failures, 10)) * (1 - random / 4)
}

class TicketRefused extends Error {}
class PositionRefused extends Error {}

/** `last` is the cursor of the last thing read; `retryMs` the server's word on how soon a cut is mended. */
interface Position {
  last: string | undefined
  retryMs: number
}

async function readOnce(
  { horizonS, language, timers, fetch = globalThis.fetch.bind(globalThis) }: FollowOptions,
  ticket: string,
  position: Position,
  tell: (event: FollowEvent) => Next | void,
  signal: AbortSignal,
): Promise<Outcome> {
  const abort = new AbortController()
  const giveUp = () => abort.abort()
  signal.addEventListener('abort', giveUp)
  let cancelSilence = timers.after(SILENCE_MS, giveUp)
  const heard = () => {
    cancelSilence()
    cancelSilence = timers.after(SILENCE_MS, giveUp)
  }
  const outcome: Outcome = { progress: false }
  try {
    const response = await fetch(`/api/chat-stream?horizon=${horizonS}`, {
      headers: {
        'X-Ticket': ticket,
        'Accept-Language': language(),
        ...(position.last === undefined ? {} : { 'Last-Event-ID': position.last }),
      },
      cache: 'no-store',
      signal: abort.signal,
    })
    if (response.status === 401) throw new TicketRefused()
    if (response.status === 400) throw new PositionRefused()
    if (!response.ok || !response.body) throw new ApiError('UNEXPECTED', 0, '', retryAfterMs(response))

    let greeted = false
    for await (const message of messages(response.body)) {
      heard()
      if (signal.aborted) break
      switch (message.type) {
        case 'retry':
          // Later ones belong to the event they come with, and say when the next batch is wanted.
          if (!greeted) position.retryMs = Math.max(FIRST_BACK_OFF_MS, message.delayMs)
          continue
        case 'error':
          return outcome
        case 'line':
          if (message.line.cursor !== undefined) position.last = message.line.cursor
          outcome.progress = true
          tell(message)
          continue
        case 'hello':
          greeted = true
          tell(message)
          continue
        case 'end':
          position.last = message.next
          tell(message)
          return { progress: true, next: { waitMs: message.again } }
      }
      // This show is over for its reader; whatever is followed next is read from its own beginning.
      position.last = undefined
      return { progress: true, next: tell(message) ?? 'leave' }
    }
    return outcome
  } catch (error) {
    if (error instanceof TicketRefused || error instanceof PositionRefused || error instanceof ApiError) throw error
    return outcome
  } finally {
    cancelSilence()
    signal.removeEventListener('abort', giveUp)
  }
}
