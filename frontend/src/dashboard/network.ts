import type { ShowSession } from './show'

/** Tells the show what the browser knows of the network, and when somebody looks at the page again. */
export function watchNetwork(session: ShowSession): void {
  addEventListener('offline', () => session.lost())
  addEventListener('online', () => session.retry())
  addEventListener('focus', () => session.retry())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) session.retry()
  })
}
