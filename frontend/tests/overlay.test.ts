import { beforeEach, expect, test } from 'vitest'
import { followUser } from '../src/overlay/follow-user'
import { ServerClock } from '../src/stream/clock'
import { ChatFeed } from '../src/stream/feed'
import type { FollowEvent, FollowOptions, Next } from '../src/stream/follow'
import { FakeTime, lineAt } from './helpers'

const T = 1_795_334_821_000
let time: FakeTime
let feed: ChatFeed
let statuses: string[]
let options: FollowOptions
beforeEach(() => {
  time = new FakeTime()
  feed = new ChatFeed(new ServerClock(time.monotonic), time, 12)
  statuses = []
  let tickets = 0
  followUser({
    feed,
    timers: time,
    language: () => 'es',
    ticket: async () => `ticket-${++tickets}`,
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

test('reads 15 s ahead, with one ticket until it is refused', async () => {
  expect(options.horizonS).toBe(15)
  expect([await options.ticket(false), await options.ticket(false), await options.ticket(true)]).toEqual([
    'ticket-1',
    'ticket-1',
    'ticket-2',
  ])
})

test('draws the lines of the show, the last twelve', () => {
  hello('s1')
  for (let k = 0; k < 20; k++) say(`s1.${k}`)
  expect(shown()).toHaveLength(12)
  expect(shown().at(-1)).toBe('s1.19')
})

test('with no show it draws nothing and asks 4 times a minute, after 10 minutes once', () => {
  hello(null)
  expect(hear({ type: 'idle', again: 0 })).toEqual({ waitMs: 15_000 })
  time.nowMs += 10 * 60_000
  hello(null)
  expect(hear({ type: 'idle', again: 0 })).toEqual({ waitMs: 60_000 })
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
