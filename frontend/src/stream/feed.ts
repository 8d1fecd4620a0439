/** The chat as it is seen: lines that arrive early, appear when they are due, and leave at the top. */

import type { Line } from '../api/contract'
import { createStore, type Store } from '../ui/store'
import type { ServerClock } from './clock'
import { DueQueue, isWave, type QueuedLine } from './queue'
import type { Timers } from './timers'

export interface FeedState {
  /** Lines shown, oldest first. */
  lines: readonly Line[]
  /** Lines ever shown: what came since one looked is a difference of two of these. */
  total: number
}

export class ChatFeed {
  readonly state: Store<FeedState> = createStore<FeedState>({ lines: [], total: 0 })
  /** Where the shown chat ends: cursor of its last line, or the place before the first of a show just begun. */
  lastCursor: string | undefined
  private readonly queue = new DueQueue()
  private cancelTimer: () => void = () => undefined
  private held = false

  constructor(
    readonly clock: ServerClock,
    private readonly timers: Timers,
    private readonly maxLines = 200,
  ) {}

  add(lines: readonly QueuedLine[]): void {
    const now = this.clock.now()
    for (const line of lines) this.queue.add(line, now)
    this.release()
  }

  /** Drops what is not due yet; what is shown stays. */
  dropPending(): void {
    this.queue.clear()
    this.release()
  }

  /** An empty window, for a show that continues nothing. */
  clear(): void {
    this.dropPending()
    this.lastCursor = undefined
    this.state.set({ lines: [], total: 0 })
  }

  /** Shows nothing more until `letGo`. */
  hold(): void {
    this.held = true
  }

  letGo(): void {
    this.held = false
    this.release()
  }

  /** Shows what is due and sets the alarm for what comes next. */
  private release(): void {
    this.cancelTimer()
    if (this.held) return
    const due = this.queue.release(this.clock.now())
    if (due.length) {
      const { lines, total } = this.state.get()
      const unsaid = due.filter((line) => !lines.some((shown) => isAgain(line, shown)))
      this.lastCursor = lastCursorOf(due) ?? this.lastCursor
      this.state.set({ lines: [...lines, ...unsaid].slice(-this.maxLines), total: total + unsaid.length })
    }
    const nextDueAt = this.queue.nextDueAt()
    if (nextDueAt === undefined) return
    const delayMs = Math.max(0, Math.ceil(nextDueAt - this.clock.now()))
    this.cancelTimer = this.timers.after(delayMs, () => this.release())
  }
}

/**
 * Whether a show repeats a line of the one it continues: who had read on when that was paused elsewhere, and heard of
 * it only with this one, has seen a few lines already.
 */
const isAgain = (line: Line, shown: Line): boolean =>
  placeOf(line) === placeOf(shown) && line.username === shown.username && line.content === shown.content

const placeOf = ({ id }: Line): string => id.slice(id.indexOf('.'))

/** Of the show itself: a wave that came late has a place ahead of what is shown. */
function lastCursorOf(lines: readonly QueuedLine[]): string | undefined {
  return lines.filter(({ id, cursor }) => cursor !== undefined && !isWave(id)).at(-1)?.cursor
}
