import { expect, test } from 'vitest'
import { ServerClock } from '../src/stream/clock'
import { FakeTime } from './helpers'

const SERVER = 1_795_334_821_000

test('keeps the server time, however far off this machine is', () => {
  const time = new FakeTime()
  const clock = new ServerClock(time.monotonic)
  clock.sync(SERVER)
  time.nowMs += 2_500
  expect(clock.now()).toBe(SERVER + 2_500)
})

test('before the first word of the server nothing is due', () => {
  expect(new ServerClock(() => 5).now()).toBe(Number.NEGATIVE_INFINITY)
})

test('trusts the answer that was least delayed', () => {
  const time = new FakeTime()
  const clock = new ServerClock(time.monotonic)
  time.nowMs = 400
  clock.sync(SERVER) // 400 ms on the way
  time.nowMs = 1_030
  clock.sync(SERVER + 1_000) // 30 ms on the way
  time.nowMs = 2_300
  clock.sync(SERVER + 2_000) // 300 ms on the way
  expect(clock.now()).toBe(SERVER + 2_270)
})

test('after a sleep, or a server clock that was set, it believes the new time', () => {
  const time = new FakeTime()
  const clock = new ServerClock(time.monotonic)
  clock.sync(SERVER)
  clock.sync(SERVER - 600_000)
  expect(clock.now()).toBe(SERVER - 600_000)
  clock.sync(SERVER)
  expect(clock.now()).toBe(SERVER)
})
