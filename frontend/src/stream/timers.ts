/** Timers that keep time in a hidden tab: browsers hold back a page's chained timers there, but not a Worker's. */

export interface Timers {
  /** Calls `run` after `delayMs`; the answer cancels. */
  after(delayMs: number, run: () => void): () => void
}

/** Timers of a Worker; of the page where none can be had. */
export function workerTimers(): Timers {
  let worker: Worker | undefined
  const waiting = new Map<number, { run: () => void; dueAt: number }>()
  let next = 0

  const fire = (id: number) => {
    const timer = waiting.get(id)
    waiting.delete(id)
    timer?.run()
  }
  try {
    worker = new Worker(new URL('./timer.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<number>) => fire(data)
    worker.onerror = () => {
      worker = undefined
      for (const [id, { dueAt }] of waiting) setTimeout(fire, Math.max(0, dueAt - performance.now()), id)
    }
  } catch {
    worker = undefined
  }

  return {
    after(delayMs, run) {
      const id = next++
      waiting.set(id, { run, dueAt: performance.now() + delayMs })
      if (worker) worker.postMessage({ id, delayMs })
      else setTimeout(fire, delayMs, id)
      return () => waiting.delete(id)
    },
  }
}

/** Resolves after `delayMs`, or at once when `signal` aborts. */
export function sleep(timers: Timers, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const cancel = timers.after(delayMs, done)
    function done() {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
