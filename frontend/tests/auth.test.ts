import { beforeEach, describe, expect, test, vi } from 'vitest'
import { loadConfig, parseConfig } from '../src/auth/config'
import { localAuth } from '../src/auth/local'
import { SignedOut } from '../src/auth'
import { json } from './helpers'

describe('config', () => {
  test('names the way to sign in', () => {
    expect(parseConfig('{"auth": "local"}')).toEqual({ auth: 'local' })
  })

  test.each(['', '<!doctype html>', 'null', '{}', '{"auth": "?"}', '[]'])('%j is broken', (text) => {
    expect(() => parseConfig(text)).toThrow('broken')
  })

  test('absent it is missing', async () => {
    await expect(loadConfig(async () => new Response('', { status: 404 }))).rejects.toThrow('missing')
    await expect(loadConfig(() => Promise.reject(new TypeError()))).rejects.toThrow('missing')
  })

  test('one that never comes is missing within 8 s', async () => {
    vi.useFakeTimers()
    const hanging = ((_: string, init: RequestInit) =>
      new Promise((_, reject) =>
        init.signal!.addEventListener('abort', () => reject(new Error('aborted'))),
      )) as typeof fetch
    const loading = expect(loadConfig(hanging)).rejects.toThrow('missing')
    await vi.advanceTimersByTimeAsync(8_000)
    await loading
    vi.useRealTimers()
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
  })

  test.each(['{', '{"name": 5}', 'null'])('a session edited to %j is none', (kept) => {
    localStorage.setItem('chatsim-session', kept)
    expect(auth().user()).toBeUndefined()
  })
})
