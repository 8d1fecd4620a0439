import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ApiError } from '../src/api/client'
import type { Chosen, StreamKey } from '../src/api/contract'
import { ObsLink } from '../src/dashboard/obs/link'
import { FakeTime } from './helpers'

const NOW = 1_795_334_821_000
let kept: Map<string, string>
let time: FakeTime
let key: StreamKey
let saved: Chosen[]
let failure: unknown
let made: number
const api = {
  streamKey: async () => {
    if (failure) throw failure
    return key
  },
  createStreamKey: async () => {
    made++
    key = { ...key, exists: true, createdAt: NOW + made, seenAt: null }
    return { key: 'k', url: `/overlay#k=key${made}`, createdAt: NOW + made }
  },
  saveLook: async (look: Chosen) => {
    if (failure) throw failure
    saved.push(look)
    key = { ...key, look }
  },
  sendTest: async () => undefined,
  revokeStreamKey: async () => {
    key = { ...key, exists: false, createdAt: null }
  },
}
beforeEach(() => {
  kept = new Map()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  })
  vi.stubGlobal('location', { origin: 'https://here.example' })
  time = new FakeTime()
  key = { exists: false, createdAt: null, seenAt: null, look: {}, serverNow: NOW }
  saved = []
  failure = undefined
  made = 0
})
const open = async () => {
  const link = new ObsLink(api, time)
  await link.load()
  return link
}

test('the browser that made the link remembers it, until there is another', async () => {
  const link = await open()
  expect(link.state.get()).toMatchObject({ exists: false, url: undefined })
  await link.create()
  const url = 'https://here.example/overlay#k=key1'
  expect(link.state.get()).toMatchObject({ exists: true, url, connected: false })
  expect((await open()).state.get().url).toBe(url)
  await api.createStreamKey()
  expect((await open()).state.get()).toMatchObject({ exists: true, url: undefined })
})

test('revoked it is forgotten', async () => {
  const link = await open()
  await link.create()
  await link.revoke()
  expect(link.state.get()).toMatchObject({ exists: false, url: undefined })
  expect(kept.size).toBe(0)
})

test.each([
  [null, false],
  [0, true],
  [299_000, true],
  [301_000, false],
])('seen %s ms ago: connected is %s', async (ago, connected) => {
  key = { ...key, exists: true, createdAt: NOW, seenAt: ago === null ? null : NOW - ago }
  expect((await open()).state.get().connected).toBe(connected)
})

describe('while a show tells how it stands', () => {
  const MINUTE = 60_000
  let link: ObsLink
  let asked: ReturnType<typeof vi.spyOn>
  beforeEach(async () => {
    link = await open()
    await link.create()
    asked = vi.spyOn(api, 'streamKey')
  })
  afterEach(() => asked.mockRestore())

  const connected = () => link.state.get().connected
  const seen = (seenAt: number | null) => ({ createdAt: NOW + made, seenAt })

  test('OBS comes and goes, and nobody asks', () => {
    link.hear(seen(null), NOW)
    expect(connected()).toBe(false)
    link.hear(seen(NOW), NOW + 1_000)
    expect(connected()).toBe(true)
    link.hear(seen(NOW), NOW + 6 * MINUTE)
    expect(connected()).toBe(false)
    expect(asked).not.toHaveBeenCalled()
  })

  test('an older reading of the same key takes nothing back', async () => {
    key = { ...key, seenAt: NOW }
    await link.load()
    link.hear(seen(null), NOW + 1_000)
    expect(connected()).toBe(true)
  })

  test('a link that was replaced elsewhere is asked about, and shows as not this one', async () => {
    link.hear(seen(NOW), NOW)
    await api.createStreamKey()
    link.hear(seen(null), NOW)
    await vi.waitFor(() => expect(link.state.get()).toMatchObject({ exists: true, url: undefined, connected: false }))
    link.hear(seen(null), NOW)
    expect(asked).toHaveBeenCalledOnce()
  })

  test('one that was revoked elsewhere is gone', async () => {
    link.hear(seen(NOW), NOW)
    await api.revokeStreamKey()
    link.hear(undefined, NOW)
    await vi.waitFor(() => expect(link.state.get()).toMatchObject({ exists: false, connected: false }))
    link.hear(undefined, NOW)
    expect(asked).toHaveBeenCalledOnce()
  })

  test('a new link of this browser is not connected by what is told of the old one', async () => {
    link.hear(seen(NOW), NOW)
    const old = seen(NOW)
    await link.create()
    link.hear(old, NOW)
    await Promise.resolve()
    expect(connected()).toBe(false)
  })
})

describe('before the doors have said', () => {
  let link: ObsLink
  let asked: ReturnType<typeof vi.spyOn>
  let answer: (said: StreamKey) => void
  beforeEach(() => {
    asked = vi.spyOn(api, 'streamKey').mockReturnValue(new Promise((resolve) => (answer = resolve)))
    link = new ObsLink(api, time)
    void link.load()
  })
  afterEach(() => asked.mockRestore())

  test('a show that tells of a link makes nobody ask again', async () => {
    const [createdAt, seenAt] = [NOW, NOW]
    link.hear({ createdAt, seenAt }, NOW)
    answer({ ...key, exists: true, createdAt, seenAt })
    await vi.waitFor(() => expect(link.state.get()).toMatchObject({ exists: true, connected: true }))
    expect(asked).toHaveBeenCalledOnce()
  })

  test('a link that is made stays, whatever was on its way', async () => {
    const before = key
    const created = link.create()
    void link.load()
    await time.pass(1)
    answer(before)
    await created
    await time.pass(1)
    expect(link.state.get()).toMatchObject({ exists: true, url: 'https://here.example/overlay#k=key1' })
    expect(asked).toHaveBeenCalledOnce()
  })
})

test('a look is saved when the hand rests, whole and once', async () => {
  const link = await open()
  await link.create()
  expect(saved).toHaveLength(1)
  for (const size of [30, 31, 32]) {
    link.choose({ size })
    await time.pass(200)
  }
  await time.pass(1_000)
  expect(saved.slice(1)).toEqual([{ ...saved[0], size: 32 }])
})

test('a saved look is taken over, but not from under the hand that changes it', async () => {
  key = { ...key, exists: true, createdAt: NOW, look: { size: 40, badges: false } }
  const link = await open()
  expect(link.state.get().look).toMatchObject({ size: 40, badges: false, max: 12 })
  link.choose({ size: 50 })
  await link.load()
  expect(link.state.get().look.size).toBe(50)
})

test('a new link keeps the look there was', async () => {
  key = { ...key, exists: true, createdAt: NOW, look: { size: 40 } }
  const link = await open()
  await link.create()
  expect(saved).toEqual([])
})

test('what goes wrong is there to be said; asking again in vain is not', async () => {
  failure = new ApiError('OFFLINE')
  const link = await open()
  expect(link.state.get()).toMatchObject({ exists: false, error: failure })
  failure = undefined
  await link.create()
  failure = new ApiError('OFFLINE')
  await link.load()
  expect(link.state.get()).toMatchObject({ exists: true, error: undefined })
  link.choose({ size: 50 })
  await time.pass(1_000)
  expect(link.state.get().error).toBe(failure)
})
