import { beforeEach, expect, test } from 'vitest'
import { ServerClock } from '../src/stream/clock'
import { ChatFeed } from '../src/stream/feed'
import { FakeTime, lineAt } from './helpers'

const T = 1_795_334_821_000
let time: FakeTime
let feed: ChatFeed
beforeEach(() => {
  time = new FakeTime()
  const clock = new ServerClock(time.monotonic)
  clock.sync(T)
  feed = new ChatFeed(clock, time)
})
const ids = () => feed.state.get().lines.map((line) => line.id)

test('shows each line the moment it is due', async () => {
  feed.add([lineAt('s.0', T + 400), lineAt('s.1', T + 3_400)])
  await time.pass(399)
  expect(ids()).toEqual([])
  await time.pass(1)
  expect(ids()).toEqual(['s.0'])
  await time.pass(3_000)
  expect(ids()).toEqual(['s.0', 's.1'])
})

test('a show that continues from a little before says no line twice', async () => {
  const said = (show: string, k: number, content: string, dueMs: number) => ({
    ...lineAt(`${show}.${k}`, T + dueMs, { content }),
    cursor: `${show}.${k}.c`,
  })
  feed.add([said('one', 7, 'hola', 0), said('one', 8, 'jaja', 500), said('one', 9, 'una más', 60_000)])
  await time.pass(1_000)
  feed.dropPending()
  feed.add([said('two', 8, 'jaja', 2_000), said('two', 9, 'una más', 3_000), said('two', 10, 'jaja', 4_000)])
  await time.pass(2_000)
  expect(ids()).toEqual(['one.7', 'one.8', 'two.9'])
  await time.pass(1_000)
  expect(ids()).toEqual(['one.7', 'one.8', 'two.9', 'two.10'])
  expect(feed.state.get().total).toBe(4)
  expect(feed.lastCursor).toBe('two.10.c')
})

test('another show that says something else in that place is heard', async () => {
  feed.add([lineAt('one.8', T, { content: 'jaja' })])
  feed.add([lineAt('two.8', T, { content: 'otro juego' }), lineAt('two.9', T, { content: 'jaja' })])
  expect(ids()).toEqual(['one.8', 'two.8', 'two.9'])
})

test('a line that comes later but is due sooner is not late', async () => {
  feed.add([lineAt('s.0', T + 5_000)])
  feed.add([lineAt('s.w1.0', T + 200)])
  await time.pass(200)
  expect(ids()).toEqual(['s.w1.0'])
})

test('keeps 200 lines and counts them all', () => {
  feed.add(Array.from({ length: 250 }, (_, k) => lineAt(`s.${k}`, T - 1_000 + k)))
  expect(ids()).toHaveLength(200)
  expect(ids()[0]).toBe('s.50')
  expect(feed.state.get().total).toBe(250)
})

test('the cursor is that of the last line shown; a moment without one leaves it', async () => {
  feed.add([
    { ...lineAt('s.0', T), cursor: 'c0' },
    { ...lineAt('s.1', T + 1_000), cursor: 'c1' },
    lineAt('s.w1.0', T + 500),
  ])
  expect(feed.lastCursor).toBe('c0')
  await time.pass(500)
  expect(feed.lastCursor).toBe('c0')
  await time.pass(500)
  expect(feed.lastCursor).toBe('c1')
})

test('a moment that comes late, with a place ahead of what is shown, leaves the cursor', async () => {
  feed.add([
    { ...lineAt('s.0', T), cursor: 's.0.0.0.0' },
    { ...lineAt('s.1', T + 1_000), cursor: 's.1.1000.0.0' },
  ])
  feed.add([{ ...lineAt('s.w1.0', T - 5_000), cursor: 's.1.1000.1.1' }])
  expect(ids()).toEqual(['s.0', 's.w1.0'])
  expect(feed.lastCursor).toBe('s.0.0.0.0')
})

test('dropping what is pending keeps what is shown', async () => {
  feed.add([lineAt('s.0', T), lineAt('s.1', T + 100)])
  feed.dropPending()
  await time.pass(1_000)
  expect(ids()).toEqual(['s.0'])
})

test('held, it shows nothing; let go, what became due meanwhile', async () => {
  feed.hold()
  feed.add([lineAt('s.0', T + 100)])
  await time.pass(200)
  expect(ids()).toEqual([])
  feed.letGo()
  expect(ids()).toEqual(['s.0'])
})
