import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ApiError, type Api } from '../src/api/client'
import type { Choice, Show, Ticket } from '../src/api/contract'
import { ShowSession } from '../src/dashboard/show'
import { ServerClock } from '../src/stream/clock'
import { ChatFeed } from '../src/stream/feed'
import type { FollowOptions } from '../src/stream/follow'
import { FakeTime, lineAt, settle } from './helpers'

const T = 1_795_334_821_000
const CHOICE: Choice = { gameName: 'Elden Ring', mode: 'game', lang: 'es', min: 3000, max: 7000 }
const ticketOf = (id: string, more: Partial<Show> = {}): Ticket => ({
  ticket: `ticket-${id}`,
  serverNow: T,
  show: {
    id,
    gameName: 'elden ring',
    displayName: 'Elden Ring',
    mode: 'game',
    lang: 'es',
    pace: 'fixed',
    min: 3000,
    max: 7000,
    viewers: 60,
    startedAt: T,
    state: 'live',
    source: 'genre',
    genre: 'soulslike',
    first: `${id}.first`,
    ...more,
  },
})

function stage() {
  const time = new FakeTime()
  const feed = new ChatFeed(new ServerClock(time.monotonic), time)
  let shows = 0
  const api = {
    startShow: vi.fn<Api['startShow']>(async () => ticketOf(`s${++shows}`)),
    joinShow: vi.fn<Api['joinShow']>(async () => {
      throw new ApiError('NO_SHOW', 404)
    }),
    pauseShow: vi.fn<Api['pauseShow']>(async () => ({})),
    stopShow: vi.fn<Api['stopShow']>(async () => ({})),
    wave: vi.fn<Api['wave']>(async () => ({
      lines: [lineAt('s1.w1.0', T + 200)],
      tail: [lineAt('s1.w1.1', T + 900)],
    })),
  }
  const hurry = vi.fn()
  const onOverlay = vi.fn()
  const followed: { options: FollowOptions; left: boolean }[] = []
  const session = new ShowSession({
    api,
    feed,
    timers: time,
    language: () => 'es',
    onOverlay,
    follow: (options) => {
      const one = { options, left: false }
      followed.push(one)
      return { leave: () => (one.left = true), hurry }
    },
  })
  const hear = (event: Parameters<FollowOptions['onEvent']>[0]) => followed.at(-1)!.options.onEvent(event)
  const shown = () => feed.state.get().lines.map((line) => line.id)
  return { time, feed, api, session, followed, hurry, onOverlay, hear, shown, state: () => session.state.get() }
}

let s: ReturnType<typeof stage>
beforeEach(() => {
  s = stage()
})

test('with no show to join there is none', async () => {
  await s.session.join()
  expect(s.state()).toMatchObject({ phase: 'none', error: undefined })
})

test('a page that found no server joins when the network is back', async () => {
  s.api.joinShow.mockRejectedValueOnce(new ApiError('OFFLINE'))
  await s.session.join()
  expect(s.state()).toMatchObject({ phase: 'none', error: { code: 'OFFLINE' } })
  s.api.joinShow.mockResolvedValue(ticketOf('s9'))
  s.session.retry()
  await settle()
  expect(s.state()).toMatchObject({ phase: 'live', error: undefined })
})

test('joins a running show from now on, without starting one', async () => {
  s.api.joinShow.mockResolvedValue(ticketOf('s9'))
  await s.session.join()
  expect(s.state()).toMatchObject({ phase: 'live', show: { id: 's9' } })
  expect(s.followed[0]!.options.from).toBeUndefined()
  expect(s.api.startShow).not.toHaveBeenCalled()
})

test('a paused show is found paused, and resumed as it was', async () => {
  s.api.joinShow.mockResolvedValue(ticketOf('s9', { state: 'paused', pace: 'natural', viewers: 15 }))
  await s.session.join()
  expect(s.state().phase).toBe('paused')
  await s.session.resume()
  expect(s.api.startShow).toHaveBeenCalledWith({
    gameName: 'Elden Ring',
    mode: 'game',
    genre: 'soulslike',
    lang: 'es',
    pace: 'natural',
    viewers: 15,
  })
})

test('Play starts a show and reads it from its first line', async () => {
  await s.session.play(CHOICE)
  expect(s.api.startShow).toHaveBeenCalledWith(CHOICE)
  expect(s.followed[0]!.options).toMatchObject({ from: 's1.first', horizonS: 60 })
  expect(await s.followed[0]!.options.ticket(false)).toBe('ticket-s1')
  s.hear({ type: 'hello', now: T, show: 's1' })
  expect(s.state()).toMatchObject({ phase: 'live', connection: 'connected' })
  const overlay = { createdAt: T, seenAt: null }
  s.hear({ type: 'hello', now: T + 1, show: 's1', overlay })
  expect(s.onOverlay.mock.calls).toEqual([
    [undefined, T],
    [overlay, T + 1],
  ])
})

test('a refused start says so and leaves things as they were', async () => {
  s.api.startShow.mockRejectedValueOnce(new ApiError('INVALID_GAME', 422, 'no'))
  await s.session.join()
  await s.session.play(CHOICE)
  expect(s.state()).toMatchObject({ phase: 'none', error: { code: 'INVALID_GAME' } })
})

describe('with a show that runs', () => {
  beforeEach(async () => {
    await s.session.play(CHOICE)
    s.hear({ type: 'hello', now: T, show: 's1' })
    s.hear({ type: 'line', line: { ...lineAt('s1.0', T), cursor: 'c0' } })
    s.hear({ type: 'line', line: { ...lineAt('s1.1', T + 4_000), cursor: 'c1' } })
  })

  test('a change continues after the last line shown and drops those not due', async () => {
    await s.session.change({ ...CHOICE, min: 500, max: 1000 })
    expect(s.api.startShow).toHaveBeenLastCalledWith({ ...CHOICE, min: 500, max: 1000, after: 'c0' })
    expect(s.followed[0]!.left).toBe(true)
    await s.time.pass(10_000)
    expect(s.shown()).toEqual(['s1.0'])
  })

  test('a second change before any new line continues the new show', async () => {
    await s.session.change(CHOICE)
    await s.session.change(CHOICE)
    expect(s.api.startShow).toHaveBeenLastCalledWith({ ...CHOICE, after: 's2.first' })
  })

  test('no line of the old show appears while the new one is asked for', async () => {
    let answer = (_: Ticket) => {}
    s.api.startShow.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
    const changed = s.session.change(CHOICE)
    await s.time.pass(5_000)
    expect(s.shown()).toEqual(['s1.0'])
    answer(ticketOf('s2'))
    await changed
    expect(s.shown()).toEqual(['s1.0'])
  })

  test('a change that fails goes on with the old show, its lines too', async () => {
    s.api.startShow.mockRejectedValueOnce(new ApiError('OFFLINE'))
    await s.session.change(CHOICE)
    expect(s.state()).toMatchObject({ phase: 'live', error: { code: 'OFFLINE' } })
    expect(s.followed.at(-1)!.options.from).toBe('c0')
    await s.time.pass(4_000)
    expect(s.shown()).toEqual(['s1.0', 's1.1'])
  })

  test('Pause keeps the lines and stops new ones; Resume continues', async () => {
    await s.session.pause()
    await s.time.pass(10_000)
    expect(s.state()).toMatchObject({ phase: 'paused', show: { id: 's1' }, connection: 'off' })
    expect(s.shown()).toEqual(['s1.0'])
    await s.session.resume()
    expect(s.api.startShow).toHaveBeenLastCalledWith({ ...CHOICE, after: 'c0' })
    expect(s.state().phase).toBe('live')
  })

  test('paused, it hears that another device went on with it, and reads that from its beginning', async () => {
    await s.session.pause()
    s.api.joinShow.mockResolvedValue(ticketOf('s1', { state: 'paused' }))
    await s.time.pass(60_000)
    expect(s.state().phase).toBe('paused')
    s.api.joinShow.mockResolvedValue(ticketOf('s9'))
    await s.time.pass(60_000)
    expect(s.state()).toMatchObject({ phase: 'live', show: { id: 's9' } })
    expect(s.followed.at(-1)!.options.from).toBe('s9.first')
    expect(s.shown()).toEqual(['s1.0'])
  })

  test('paused, it hears when it is looked at that another device stopped it', async () => {
    await s.session.pause()
    s.session.retry()
    await settle()
    expect(s.state()).toMatchObject({ phase: 'none', show: undefined })
    s.session.retry()
    await s.time.pass(600_000)
    expect(s.api.joinShow).toHaveBeenCalledOnce()
  })

  test('what another device did meanwhile does not come between a press of Resume', async () => {
    await s.session.pause()
    let answer = (_: Ticket) => {}
    s.api.joinShow.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
    s.session.retry()
    await s.session.resume()
    answer(ticketOf('s1'))
    await settle()
    expect(s.state()).toMatchObject({ phase: 'live', show: { id: 's2' } })
  })

  test('Stop ends it', async () => {
    await s.session.stop()
    expect(s.api.stopShow).toHaveBeenCalledOnce()
    expect(s.state()).toMatchObject({ phase: 'none', show: undefined })
  })

  test('Play after Stop begins anew, in an empty window', async () => {
    await s.session.stop()
    await s.session.play(CHOICE)
    expect(s.api.startShow).toHaveBeenLastCalledWith(CHOICE)
    expect(s.shown()).toEqual([])
  })

  test.each([
    ['pause', 'paused'],
    ['stop', 'none'],
  ] as const)('stopped elsewhere by %s: %s', async (reason, phase) => {
    expect(s.hear({ type: 'stopped', reason, again: 15_000 })).toBe('leave')
    expect(s.state().phase).toBe(phase)
    await s.time.pass(10_000)
    expect(s.shown()).toEqual(['s1.0'])
  })

  test('taken over by another device it asks no more, until taken back', async () => {
    expect(s.hear({ type: 'replaced', again: 0 })).toBe('leave')
    expect(s.state()).toMatchObject({ phase: 'replaced', connection: 'off' })
    await s.time.pass(3_600_000)
    expect(s.api.joinShow).not.toHaveBeenCalled()
    expect(s.followed).toHaveLength(1)
    await s.session.takeBack()
    expect(s.state().phase).toBe('live')
  })

  test('reset continues by itself', async () => {
    expect(s.hear({ type: 'reset', again: 1_000 })).toBe('leave')
    await settle()
    expect(s.api.startShow).toHaveBeenLastCalledWith({ ...CHOICE, after: 'c0' })
    expect(s.state().phase).toBe('live')
  })

  test('reset that cannot continue stands paused instead of asking for ever', async () => {
    s.api.startShow.mockRejectedValue(new ApiError('UNAVAILABLE', 503))
    s.hear({ type: 'reset', again: 1_000 })
    await s.time.pass(30_000)
    expect(s.state()).toMatchObject({ phase: 'paused', error: { code: 'UNAVAILABLE' } })
    expect(s.api.startShow).toHaveBeenCalledTimes(2)
  })

  test('a cut is said, and mended', () => {
    s.hear({ type: 'cut', retryInMs: 1_000 })
    expect(s.state().connection).toBe('reconnecting')
    s.hear({ type: 'hello', now: T, show: 's1' })
    expect(s.state().connection).toBe('connected')
  })

  test('every 5 minutes the doors hear that somebody is here', async () => {
    s.api.joinShow.mockResolvedValue(ticketOf('s1', {}))
    await s.time.pass(16 * 60_000)
    expect(s.api.joinShow).toHaveBeenCalledTimes(3)
    expect(s.state().phase).toBe('live')
  })

  test('and it hears that the show has ended, or is another one', async () => {
    s.api.joinShow.mockResolvedValue(ticketOf('s7'))
    await s.time.pass(5 * 60_000)
    expect(s.state().phase).toBe('replaced')

    s = stage()
    await s.session.play(CHOICE)
    await s.time.pass(5 * 60_000)
    expect(s.state().phase).toBe('none')
  })

  test('a refused ticket is renewed by joining again', async () => {
    s.api.joinShow.mockResolvedValue({ ...ticketOf('s1'), ticket: 'newer' })
    expect(await s.followed[0]!.options.ticket(true)).toBe('newer')
  })

  test('a moment plays from the answer, and rests 2 s', async () => {
    await s.session.wave('laugh')
    await s.session.wave('hype')
    expect(s.api.wave).toHaveBeenCalledOnce()
    expect(s.api.wave.mock.calls[0]).toEqual(['laugh', expect.stringMatching(/^[0-9a-f]{32}$/)])
    await s.time.pass(200)
    expect(s.shown()).toEqual(['s1.0', 's1.w1.0'])
    await s.time.pass(700)
    expect(s.shown()).toEqual(['s1.0', 's1.w1.0', 's1.w1.1'])
    await s.time.pass(1_300)
    await s.session.wave('hype')
    expect(s.api.wave).toHaveBeenCalledTimes(2)
  })

  test("a moment's tail comes with it", async () => {
    s.api.wave.mockResolvedValueOnce({ lines: [lineAt('s1.w1.0', T + 200)], tail: [lineAt('s1.w1.1', T + 900)] })
    await s.session.wave('laugh')
    await s.time.pass(900)
    expect(s.shown()).toEqual(['s1.0', 's1.w1.0', 's1.w1.1'])
  })

  test('a button without an answer says that the connection is gone, and has it tried at once', async () => {
    s.api.wave.mockRejectedValueOnce(new ApiError('OFFLINE'))
    await s.session.wave('omg')
    expect(s.state()).toMatchObject({ phase: 'live', connection: 'reconnecting', error: { code: 'OFFLINE' } })
    expect(s.hurry).toHaveBeenCalledOnce()
    s.hear({ type: 'hello', now: T, show: 's1' })
    expect(s.state().connection).toBe('connected')
  })

  test('offline it says so and plays on; back online it asks at once', async () => {
    s.session.retry()
    expect(s.hurry).not.toHaveBeenCalled()
    s.session.lost()
    expect(s.state().connection).toBe('reconnecting')
    await s.time.pass(4_000)
    expect(s.shown()).toEqual(['s1.0', 's1.1'])
    s.session.retry()
    expect(s.hurry).toHaveBeenCalledOnce()
  })

  test('joining again, it follows the show another window went on with, from its first line', async () => {
    s.api.joinShow.mockResolvedValue(ticketOf('s2'))
    await s.session.join()
    expect(s.followed.at(-1)!.options.from).toBe('s2.first')
    await s.time.pass(10_000)
    expect(s.shown()).toEqual(['s1.0'])
  })

  test('its time goes on with another pace, and begins with another Play', async () => {
    s.api.startShow.mockImplementation(async () => ticketOf('s2', { startedAt: T + 60_000 }))
    await s.session.change(CHOICE)
    expect(s.state().since).toBe(T)
    await s.session.play(CHOICE)
    expect(s.state().since).toBe(T + 60_000)
  })

  test('a moment with no show left says so', async () => {
    s.api.wave.mockRejectedValueOnce(new ApiError('NO_SHOW', 409))
    await s.session.wave('omg')
    expect(s.state()).toMatchObject({ phase: 'none', error: { code: 'NO_SHOW' } })
  })
})
