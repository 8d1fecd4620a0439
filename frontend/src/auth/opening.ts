/** Opening a page takes what others send: it comes in time, or the page says in words what did not. */

/** All of opening: a page stands, or says why not, before 8 s have passed. */
const DEADLINE_MS = 7_000

/** `missing`, `broken`: /config.json. `clerk`: its scripts or its server. */
export type Reason = 'missing' | 'broken' | 'clerk'

export class StartError extends Error {
  constructor(readonly reason: Reason) {
    super(reason)
  }
}

export type Within = <T>(reason: Reason, work: Promise<T>) => Promise<T>

/** within(reason, work) → what `work` gives; it fails as StartError, with `reason` unless it names its own or is late. */
export function deadline(): Within {
  const until = performance.now() + DEADLINE_MS
  return async (reason, work) => {
    let timer
    try {
      const late = new Promise<never>((_, reject) => (timer = setTimeout(reject, until - performance.now())))
      return await Promise.race([work, late])
    } catch (error) {
      throw error instanceof StartError ? error : new StartError(reason)
    } finally {
      clearTimeout(timer)
    }
  }
}
