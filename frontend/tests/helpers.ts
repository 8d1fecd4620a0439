/** Time that stands still until told, and lines to play with. */

import type { Line } from '../src/api/contract'
import type { Timers } from '../src/stream/timers'

export class FakeTime implements Timers {
  nowMs = 0
  private waiting: { at: number; run: () => void }[] = []

  readonly monotonic = (): number => this.nowMs

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.nowMs + delayMs, run }
    this.waiting.push(timer)
    return () => {
      this.waiting = this.waiting.filter((one) => one !== timer)
    }
  }

  /** Lets time pass, timer by timer, and what they started settle. */
  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms
    await settle()
    for (;;) {
      const next = this.waiting.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0]
      if (!next) break
      this.waiting = this.waiting.filter((one) => one !== next)
      this.nowMs = Math.max(this.nowMs, next.at)
      next.run()
      await settle()
    }
    this.nowMs = until
  }
}

/** Everything that waits on nothing but promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve))
}

export function lineAt(id: string, timestamp: number, more: Partial<Line> = {}): Line {
  return {
    id,
    username: 'nube_azul',
    content: `line ${id}`,
    timestamp,
    category: 'gameplay',
    color: '#ff9e7a',
    badges: [],
    ...more,
  }
}

const encoder = new TextEncoder()

/** A body that arrives in these pieces, then ends; or breaks, when the last piece is an Error. */
export function body(...pieces: (string | Uint8Array | Error)[]): ReadableStream<Uint8Array> {
  const queue = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const piece = queue.shift()
      if (piece === undefined) controller.close()
      else if (piece instanceof Error) controller.error(piece)
      else controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
    },
  })
}

/** The bytes of one event of the chat stream. */
export function event(name: string, data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}${name && `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`
}

export const json = (data: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(data), { status, headers })
