/** What this browser remembers. Storage may be full, refused or edited by hand: then the default stands. */

export const KEYS = {
  language: 'chatsim-language',
  session: 'chatsim-session',
  name: 'chatsim-name',
  chat: 'chatsim-chat',
  chatWindow: 'chatsim-chat-window',
  game: 'chatsim-game',
  steps: 'chatsim-steps',
  obs: 'chatsim-obs',
} as const

export function remembered<T>(key: string, isValid: (value: unknown) => value is T, otherwise: T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return isValid(value) ? value : otherwise
  } catch {
    return otherwise
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // A preference that is not kept is no reason to stop.
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // Nothing was kept.
  }
}
