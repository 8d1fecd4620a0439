/** Ways between the pages, with the game that was typed on the first. */

const HERE = 'http://here.invalid'

/** `next` when it is a path of this very site, else the dashboard: nobody is sent away by a link. */
export function safeNext(next: string | null): string {
  if (!next || !next.startsWith('/')) return '/dashboard'
  try {
    const url = new URL(next, HERE)
    return url.origin === HERE ? url.pathname + url.search + url.hash : '/dashboard'
  } catch {
    return '/dashboard'
  }
}

export function withGame(path: string, game: string | null): string {
  const name = game?.trim()
  if (!name) return path
  const url = new URL(path, HERE)
  url.searchParams.set('game', name)
  return url.pathname + url.search + url.hash
}

/** Where sign-in leads, read from its own address. */
export function afterSignIn(search: string): string {
  const query = new URLSearchParams(search)
  return withGame(safeNext(query.get('next')), query.get('game'))
}

/** Sign-in that leads back to `path`. */
export const signInPath = (path: string): string => `/sign-in?${new URLSearchParams({ next: path })}`
