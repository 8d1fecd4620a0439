/** Sign-in of one's own machine: a name is enough, and the token is renewed by giving the name again. */

import { ApiError, request } from '../api/client'
import { KEYS, forget, remember, remembered } from '../ui/storage'
import { SignedOut, type Auth } from './auth'

/** Renewed this long before it ends, so that no request carries a token about to. */
const MARGIN_MS = 30_000

interface Session {
  name: string
  token: string
  expiresAt: number
}

/** The name given last, for the next time. */
export const lastName = (): string => remembered(KEYS.name, (value) => typeof value === 'string', '')

export interface LocalAuth extends Auth {
  signIn(name: string): Promise<void>
}

export interface LocalAuthOptions {
  fetch?: typeof globalThis.fetch
  now?: () => number
}

export function localAuth({ fetch = globalThis.fetch.bind(globalThis), now = Date.now }: LocalAuthOptions = {}): LocalAuth {
  let session = remembered<Session | undefined>(KEYS.session, isSession, undefined)
  let renewal: Promise<Session> | undefined

  const post = <T>(path: string, body: object) =>
    request<T>(fetch, path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })

  async function ask(name: string): Promise<Session> {
    const { token, expiresAt } = await post<{ token: string; expiresAt: number }>('/local/sign-in', { name })
    if (typeof token !== 'string' || typeof expiresAt !== 'number') throw new ApiError('UNEXPECTED')
    session = { name, token, expiresAt }
    remember(KEYS.session, session)
    return session
  }

  return {
    user: () => session?.name,
    async token(fresh) {
      if (!session) throw new SignedOut()
      if (!fresh && session.expiresAt - now() > MARGIN_MS) return session.token
      renewal ??= ask(session.name).finally(() => (renewal = undefined))
      return (await renewal).token
    },
    async signIn(name) {
      await ask(name)
      remember(KEYS.name, name)
    },
    async signOut() {
      session = undefined
      forget(KEYS.session)
      // Ends the cookie too, which scripts cannot; it would end by itself within the hour.
      await post('/local/sign-out', {}).catch(() => undefined)
    },
  }
}

function isSession(value: unknown): value is Session {
  const session = value as Partial<Session> | null
  return typeof session?.name === 'string' && typeof session.token === 'string' && typeof session.expiresAt === 'number'
}
