/** Lines that wait for their moment. */

import type { Line } from '../api/contract'

/** A line with the position right after it; a wave's lines that came with the answer to the press have none. */
export interface QueuedLine extends Line {
  cursor?: string
}

/** A wave line due longer ago than this came late, and its wave plays from now. */
const LATE_MS = 1_000
/** A wave older than this is history: its lines are dropped. */
const STALE_WAVE_MS = 60_000
/** Ids remembered to know a repeat: far more than any reader is ever sent twice. */
const REMEMBERED = 4_000

export class DueQueue {
  private pending: QueuedLine[] = []
  private seen = new Set<string>()
  private waveShiftMs = new Map<string, number | undefined>()

  /** Takes a line that arrived at `now`; false when it was here before, or is too old to play. */
  add(line: QueuedLine, now: number): boolean {
    if (this.seen.has(line.id)) return false
    this.remember(line.id)
    const shiftMs = this.shiftMs(line, now)
    if (shiftMs === undefined) return false
    const moved = shiftMs ? { ...line, timestamp: line.timestamp + shiftMs } : line
    this.pending.splice(this.placeFor(moved.timestamp), 0, moved)
    return true
  }

  /** Takes out and returns the lines due by `now`, oldest first. */
  release(now: number): QueuedLine[] {
    return this.pending.splice(0, this.placeFor(now))
  }

  /** When the next line is due, if any waits. */
  nextDueAt(): number | undefined {
    return this.pending[0]?.timestamp
  }

  /** Forgets the lines that wait; their ids stay known. */
  clear(): void {
    this.pending = []
  }

  /** How far to move a line: a wave moves as its first line does, undefined when it is not to be played. */
  private shiftMs({ id, timestamp }: QueuedLine, now: number): number | undefined {
    if (!isWave(id)) return 0
    const wave = id.slice(0, id.lastIndexOf('.'))
    if (!this.waveShiftMs.has(wave)) this.waveShiftMs.set(wave, shiftOf(now - timestamp))
    return this.waveShiftMs.get(wave)
  }

  /** Index after every line due at or before `dueAt`: equals keep the order they came in. */
  private placeFor(dueAt: number): number {
    let index = this.pending.length
    while (index > 0 && this.pending[index - 1]!.timestamp > dueAt) index--
    return index
  }

  private remember(id: string): void {
    this.seen.add(id)
    if (this.seen.size > REMEMBERED) this.seen.delete(this.seen.values().next().value!)
  }
}

function shiftOf(lateMs: number): number | undefined {
  if (lateMs > STALE_WAVE_MS) return undefined
  return lateMs > LATE_MS ? lateMs : 0
}

/** Ids are `<show>.<k>` for the base, `<show>.w<wave>.<i>` for a wave. */
export const isWave = (id: string): boolean => /\.w[^.]*\.[^.]+$/.test(id)
