import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { clerkAuth, type Clerk } from '../src/auth/clerk'
import { loadConfig, parseConfig } from '../src/auth/config'
import { lastName, localAuth } from '../src/auth/local'
import { deadline, StartError } from '../src/auth/opening'
import { SignedOut } from '../src/auth'
import { json } from './helpers'

const KEY = `pk_test_${btoa('curious-otter-7.clerk.example$')}`

describe('config', () => {
  test('names the way to sign in', () => {
    expect(parseConfig('{"auth": "local"}')).toEqual({ auth: 'local' })
  })

  test.each([KEY, KEY.replace(/=+$/, ''), KEY.replace('test', 'live')])('%j leads to its instance', (publishableKey) => {
    expect(parseConfig(JSON.stringify({ auth: 'clerk', publishableKey }))).toEqual({
      auth: 'clerk',
      publishableKey,
      host: 'curious-otter-7.clerk.example',
    })
  })

  test.each(['', '<!doctype html>', 'null', '{}', '{"auth": "?"}', '[]', '{"auth": "clerk"}'])('%j is broken', (text) => {
    expect(() => parseConfig(text)).toThrow('broken')
  })

  const hostless = ['a.example', 'a.example/b$', 'a.example:1$', '$', 'a$'].map((host) => `pk_test_${btoa(host)}`)
  test.each([7, '', 'pk_test_', 'pk_test_?', KEY.replace('pk', 'sk'), ...hostless])('the key %j is broken', (key) => {
    expect(() => parseConfig(JSON.stringify({ auth: 'clerk', publishableKey: key }))).toThrow('broken')
  })

  test('absent it is missing', async () => {
    await expect(loadConfig(async () => new Response('', { status: 404 }))).rejects.toThrow('missing')
  })
})

describe('opening', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const never = new Promise<string>(() => undefined)

  test('gives what came', async () => {
    expect(await deadline()('clerk', Promise.resolve('here'))).toBe('here')
  })

  test('what fails is said by its reason, its own if it has one', async () => {
    const within = deadline()
    await expect(within('missing', Promise.reject(new TypeError()))).rejects.toThrow('missing')
    await expect(within('missing', Promise.reject(new StartError('broken')))).rejects.toThrow('broken')
  })

  test('all of it ends within 8 s, however many wait', async () => {
    const within = deadline()
    const slow = new Promise<void>((resolve) => setTimeout(resolve, 5_000))
    const opening = expect(within('missing', slow).then(() => within('clerk', never))).rejects.toThrow('clerk')
    await vi.advanceTimersByTimeAsync(8_000)
    await opening
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('clerk', () => {
  const signedIn = (user: object) => clerkAuth({ user, session: {} } as Clerk).user()
  const email = { emailAddress: 'ana@example.com' }

  test('greets by the best name there is', () => {
    expect(signedIn({ fullName: 'Ana Ruiz', username: 'ana', primaryEmailAddress: email })).toBe('Ana Ruiz')
    expect(signedIn({ fullName: null, username: 'ana', primaryEmailAddress: email })).toBe('ana')
    expect(signedIn({ fullName: null, username: null, primaryEmailAddress: email })).toBe('ana@example.com')
    expect(clerkAuth({ user: null, session: null } as unknown as Clerk).user()).toBeUndefined()
  })

  test('a token, a fresh one past the cache', async () => {
    const getToken = vi.fn(async () => 'token')
    const auth = clerkAuth({ session: { getToken } } as unknown as Clerk)
    expect(await auth.token(true)).toBe('token')
    expect(getToken).toHaveBeenCalledWith({ skipCache: true })
  })

  test('no session is signed out, a session that cannot be asked is offline', async () => {
    await expect(clerkAuth({ session: null } as unknown as Clerk).token(false)).rejects.toThrow(SignedOut)
    const getToken = () => Promise.reject(new TypeError())
    await expect(clerkAuth({ session: { getToken } } as unknown as Clerk).token(false)).rejects.toMatchObject({
      code: 'OFFLINE',
    })
  })
})

describe('local', () => {
  let nowMs = 0
  let issued = 0
  const fetch = vi.fn<typeof globalThis.fetch>(async () =>
    json({ token: `token-${++issued}`, expiresAt: nowMs + 600_000 }),
  )
  const auth = () => localAuth({ fetch, now: () => nowMs })

  beforeEach(() => {
    const kept = new Map<string, string>()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    })
    nowMs = 1_795_334_821_000
    issued = 0
    fetch.mockClear()
  })

  test('nobody is signed in at first', async () => {
    expect(auth().user()).toBeUndefined()
    await expect(auth().token(false)).rejects.toThrow(SignedOut)
  })

  test('signs in by name, and a reload remembers', async () => {
    await auth().signIn('Ana')
    expect(JSON.parse(String(fetch.mock.calls[0]![1]!.body))).toEqual({ name: 'Ana' })
    const reloaded = auth()
    expect(reloaded.user()).toBe('Ana')
    expect(await reloaded.token(false)).toBe('token-1')
    expect(fetch).toHaveBeenCalledOnce()
  })

  test('renews before the end, and when told that the token was refused', async () => {
    const one = auth()
    await one.signIn('Ana')
    nowMs += 571_000
    expect(await one.token(false)).toBe('token-2')
    expect(await one.token(false)).toBe('token-2')
    expect(await one.token(true)).toBe('token-3')
  })

  test('requests at the same time share one renewal', async () => {
    const one = auth()
    await one.signIn('Ana')
    expect(await Promise.all([one.token(true), one.token(true)])).toEqual(['token-2', 'token-2'])
  })

  test('signing out forgets', async () => {
    const one = auth()
    await one.signIn('Ana')
    await one.signOut()
    expect(one.user()).toBeUndefined()
    expect(auth().user()).toBeUndefined()
    expect(fetch.mock.lastCall?.[0]).toBe('/local/sign-out')
    expect(lastName(), 'but for the name').toBe('Ana')
  })

  test.each(['{', '{"name": 5}', 'null'])('a session edited to %j is none', (kept) => {
    localStorage.setItem('chatsim-session', kept)
    expect(auth().user()).toBeUndefined()
  })
})
