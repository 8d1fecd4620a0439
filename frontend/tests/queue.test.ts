import { describe, expect, test } from 'vitest'
import { DueQueue } from '../src/stream/queue'
import { lineAt } from './helpers'

const T = 1_795_334_821_000
const ids = (queue: DueQueue, now: number) => queue.release(now).map((line) => line.id)

test('releases lines when they are due, in the order of their time', () => {
  const queue = new DueQueue()
  for (const line of [lineAt('s.2', T + 200), lineAt('s.1', T + 100), lineAt('s.3', T + 300)]) queue.add(line, T)
  expect(queue.nextDueAt()).toBe(T + 100)
  expect(ids(queue, T + 99)).toEqual([])
  expect(ids(queue, T + 200)).toEqual(['s.1', 's.2'])
  expect(ids(queue, T + 300)).toEqual(['s.3'])
  expect(queue.nextDueAt()).toBeUndefined()
})

test('lines of one moment keep the order they came in', () => {
  const queue = new DueQueue()
  for (const id of ['s.1', 's.w1.0', 's.2']) queue.add(lineAt(id, T), T)
  expect(ids(queue, T)).toEqual(['s.1', 's.w1.0', 's.2'])
})

test('a line that was here before is dropped, waiting or shown', () => {
  const queue = new DueQueue()
  expect(queue.add(lineAt('s.1', T), T)).toBe(true)
  expect(queue.add(lineAt('s.1', T), T)).toBe(false)
  queue.release(T)
  expect(queue.add(lineAt('s.1', T), T)).toBe(false)
})

test('clearing drops what waits and still knows it', () => {
  const queue = new DueQueue()
  queue.add(lineAt('s.1', T + 100), T)
  queue.clear()
  expect(ids(queue, T + 100)).toEqual([])
  expect(queue.add(lineAt('s.1', T + 100), T)).toBe(false)
})

test('base lines missed during a cut are shown at once, however old', () => {
  const queue = new DueQueue()
  queue.add(lineAt('s.1', T - 100_000), T)
  queue.add(lineAt('s.2', T - 90_000), T)
  expect(ids(queue, T)).toEqual(['s.1', 's.2'])
})

describe('a wave', () => {
  const wave = (at: number) => [0, 1, 2].map((i) => lineAt(`s.w7.${i}`, at + i * 250))
  const releasedAt = (lines: ReturnType<typeof wave>, arrival: number) => {
    const queue = new DueQueue()
    for (const line of lines) queue.add(line, arrival)
    return queue.release(Infinity).map((line) => line.timestamp - arrival)
  }

  test('in time plays when it is due', () => {
    expect(releasedAt(wave(T + 180), T)).toEqual([180, 430, 680])
    expect(releasedAt(wave(T - 900), T)).toEqual([-900, -650, -400])
  })

  test('that comes late plays from its arrival with its own spacing', () => {
    expect(releasedAt(wave(T - 12_000), T)).toEqual([0, 250, 500])
    expect(releasedAt(wave(T - 1_100), T)).toEqual([0, 250, 500])
  })

  test('older than a minute is not played', () => {
    expect(releasedAt(wave(T - 60_001), T)).toEqual([])
  })

  test('late does not move the lines of the show', () => {
    const queue = new DueQueue()
    queue.add(lineAt('s.w7.0', T - 5_000), T)
    queue.add(lineAt('s.40', T - 5_000), T)
    expect(queue.release(Infinity).map((line) => line.timestamp)).toEqual([T - 5_000, T])
  })
})
