import { beforeEach, expect, test } from 'vitest'
import { ApiError } from '../src/api/client'
import type { Chosen, Line, Show } from '../src/api/contract'
import { followUser } from '../src/overlay/follow-user'
import { ServerClock } from '../src/stream/clock'
import { ChatFeed } from '../src/stream/feed'
import type { FollowEvent, FollowOptions, Next } from '../src/stream/follow'
import { FakeTime, lineAt } from './helpers'

const T = 1_795_334_821_000
const live = { id: 's1', state: 'live' } as Show
let time: FakeTime
let feed: ChatFeed
let statuses: string[]
let looks: Chosen[]
let options: FollowOptions
let answer: { show: Show | null; test: Line | null; look: Chosen }
let failure: ApiError | undefined
let asked: number
beforeEach(() => {
  time = new FakeTime()
  feed = new ChatFeed(new ServerClock(time.monotonic), time, 12)
  statuses = []
  looks = []
  answer = { show: live, test: null, look: {} }
  failure = undefined
  asked = 0
  followUser({
    feed,
    timers: time,
    language: () => 'es',
    ticket: async () => {
      asked++
      if (failure) throw failure
      return { ticket: `ticket-${asked}`, serverNow: T + time.nowMs, ...answer }
    },
    onLook: (look) => looks.push(look),
    onStatus: (status) => statuses.push(status),
    monotonic: time.monotonic,
    follow: (given) => {
      options = given
      return { leave: () => {}, hurry: () => {} }
    },
  })
})
const hear = (event: FollowEvent): Next | void => options.onEvent(event)
const hello = (show: string | null) => hear({ type: 'hello', now: T + time.nowMs, show })
const say = (id: string, inMs = 0) => hear({ type: 'line', line: lineAt(id, T + time.nowMs + inMs) })
const shown = () => feed.state.get().lines.map((line) => line.id)

const later = (seconds: number) => (time.nowMs += seconds * 1000)

test('reads 17 s ahead, with one ticket for four minutes or until it is refused', async () => {
  expect(options.horizonS).toBe(17)
  expect([await options.ticket(false), await options.ticket(false)]).toEqual(['ticket-1', 'ticket-1'])
  expect(await options.ticket(true)).toBe('ticket-2')
  later(238)
  expect(await options.ticket(false)).toBe('ticket-2')
  later(2)
  expect(await options.ticket(false)).toBe('ticket-3')
})

test('without a show the ticket is the question: nothing is read', async () => {
  answer.show = null
  expect(await options.ticket(false)).toEqual({ waitMs: 15_000 })
  expect(statuses).toEqual(['waiting'])
})

test('a paused show is none, and leaves nothing on the screen', async () => {
  await options.ticket(false)
  hello('s1')
  say('s1.0')
  answer.show = { ...live, state: 'paused' }
  later(240)
  expect(await options.ticket(false)).toEqual({ waitMs: 15_000 })
  expect(shown()).toEqual([])
})

test('a test message comes with the ticket too, and with the look', async () => {
  answer = { show: null, test: lineAt('test.1', T), look: { size: 30 } }
  await options.ticket(false)
  expect(shown()).toEqual(['test.1'])
  expect(looks).toEqual([{ size: 30 }])
  hear({ type: 'hello', now: T, show: null, look: { size: 40 } })
  expect(looks).toEqual([{ size: 30 }, { size: 40 }])
})

test('a show goes on with its ticket while no other is to be had, until the key is refused', async () => {
  await options.ticket(false)
  failure = new ApiError('UNAVAILABLE', 503)
  later(240)
  expect(await options.ticket(false)).toBe('ticket-1')
  expect(await options.ticket(false)).toBe('ticket-1')
  expect(asked).toBe(3)
  failure = new ApiError('UNAUTHENTICATED', 401)
  await expect(options.ticket(false)).rejects.toBe(failure)
})

test('draws the lines of the show, the last twelve', () => {
  hello('s1')
  for (let k = 0; k < 20; k++) say(`s1.${k}`)
  expect(shown()).toHaveLength(12)
  expect(shown().at(-1)).toBe('s1.19')
})

test('with no show it draws nothing and asks 4 times a minute, after 10 minutes twice', () => {
  hello(null)
  expect(hear({ type: 'idle', again: 0 })).toEqual({ waitMs: 15_000 })
  time.nowMs += 10 * 60_000
  hello(null)
  expect(hear({ type: 'idle', again: 0 })).toEqual({ waitMs: 30_000 })
  expect(statuses).toEqual(['waiting', 'waiting'])
})

test('asks often again once there was a show', () => {
  hear({ type: 'idle', again: 0 })
  time.nowMs += 20 * 60_000
  hello('s1')
  hear({ type: 'end', next: 'c', count: 0, missed: 0, again: 13_000 })
  expect(hear({ type: 'stopped', reason: 'stop', again: 15_000 })).toEqual({ waitMs: 15_000 })
})

test('a show that stops leaves nothing on the screen, and says nothing more', async () => {
  hello('s1')
  say('s1.0')
  say('s1.1', 5_000)
  hello(null)
  hear({ type: 'stopped', reason: 'pause', again: 15_000 })
  await time.pass(10_000)
  expect(shown()).toEqual([])
})

test('a show that continues keeps its lines and drops those that were not due', async () => {
  hello('s1')
  say('s1.0')
  say('s1.1', 5_000)
  hello('s2')
  say('s2.1', 1_000)
  await time.pass(10_000)
  expect(shown()).toEqual(['s1.0', 's2.1'])
})

test('a test message shows without a show, and goes with the next silence', () => {
  hello(null)
  say('test.1')
  hear({ type: 'idle', again: 15_000 })
  expect(shown()).toEqual(['test.1'])
  hello(null)
  hear({ type: 'idle', again: 15_000 })
  expect(shown()).toEqual([])
})

test('revoked it is silent for good', () => {
  hello('s1')
  say('s1.0')
  hello(null)
  expect(hear({ type: 'revoked', again: 15_000 })).toBe('leave')
  expect(shown()).toEqual([])
  expect(statuses).toEqual(['refused'])
})

test('a cut keeps what is drawn', () => {
  hello('s1')
  say('s1.0')
  hear({ type: 'cut', retryInMs: 1_000 })
  expect(shown()).toEqual(['s1.0'])
})
