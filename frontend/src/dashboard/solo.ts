/** "Solo chat": the page with nothing but the chat, under an address of its own, for another window or an OBS dock. */

import type { ShowSession } from './show'

const QUERY = '?view=chat'
const WINDOW = 'chatsim-chat'
/** A window with only the chat has no Play: it looks whether another one has started a show. */
const LOOK_AGAIN_MS = 15_000

export const isSolo = (): boolean => location.search.includes('view=chat')

/** What stays in the address when the rest of its query has been read. */
export const cleanPath = (): string => location.pathname + (isSolo() ? QUERY : '')

export function showSolo(solo: boolean): void {
  history.pushState(null, '', location.pathname + (solo ? QUERY : ''))
  apply()
}

export const popOut = (): unknown => open(location.pathname + QUERY, WINDOW, 'popup,width=400,height=700')

/** Back to the panel; a window that is only for the chat closes. */
export const leaveSolo = (): void => (window.name === WINDOW ? close() : showSolo(false))

const apply = () => document.documentElement.toggleAttribute('data-solo', isSolo())

/** Follows the address and Escape; the answer tells the other windows of this browser that the show has changed. */
export function startSolo(session: () => ShowSession): () => void {
  const windows = new BroadcastChannel(WINDOW)
  const look = () => {
    if (isSolo()) void session().join()
  }
  windows.onmessage = look
  setInterval(() => {
    if (!document.hidden && session().state.get().phase !== 'live') look()
  }, LOOK_AGAIN_MS)
  addEventListener('popstate', apply)
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && isSolo()) leaveSolo()
  })
  apply()
  return () => windows.postMessage(null)
}
