import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ApiError } from '../src/api/client'
import { backOffMs, follow, type Follower, type FollowEvent, type FollowOptions, type Next } from '../src/stream/follow'
import { body, event, FakeTime, json, lineAt, settle } from './helpers'

const T = 1_795_334_821_000
const line = (k: number) => event('', lineAt(`s.${k}`, T + k), `cursor-${k}`)
const hello = 'retry: 1000\n\n' + event('hello', { now: T, show: 's' })
const end = (next: string, again = 54_000) =>
  `event: end\nretry: ${again}\ndata: ${JSON.stringify({ next, count: 1, missed: 0, again })}\n\n`

/** A server that gives these answers, one a request; the last for ever. */
class Server {
  readonly requests: { at: number; url: string; ticket: string; last: string | null }[] = []
  constructor(
    private readonly time: FakeTime,
    private readonly answers: ((signal: AbortSignal) => Response | Promise<Response>)[],
  ) {}

  readonly fetch = (async (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers)
    this.requests.push({
      at: this.time.nowMs,
      url,
      ticket: headers.get('X-Ticket') ?? '',
      last: headers.get('Last-Event-ID'),
    })
    const answer = this.answers[Math.min(this.requests.length, this.answers.length) - 1]!
    return answer(init.signal!)
  }) as typeof fetch
}

const stream =
  (...pieces: (string | Error)[]) =>
  () =>
    new Response(body(...pieces))
const noNetwork = () => Promise.reject(new TypeError('Failed to fetch'))

let time: FakeTime
let events: FollowEvent[]
let follower: Follower
beforeEach(() => {
  time = new FakeTime()
  events = []
})
afterEach(() => follower.leave())

function start(
  answers: ConstructorParameters<typeof Server>[1],
  more: Partial<FollowOptions> = {},
  next: Next = 'leave',
): Server {
  const server = new Server(time, answers)
  follower = follow({
    ticket: async () => 'ticket',
    horizonS: 60,
    onEvent: (one) => {
      events.push(one)
      return next
    },
    language: () => 'es',
    timers: time,
    fetch: server.fetch,
    random: () => 0,
    ...more,
  })
  return server
}

const lines = () => events.flatMap((one) => (one.type === 'line' ? [one.line.id] : []))
const types = () => events.map((one) => one.type)

test('reads batch after batch, each from where the last one ended, when the server said', async () => {
  const server = start([stream(hello, line(0), line(1), end('cursor-1')), stream(hello, line(2), end('cursor-2'))])
  await time.pass(54_000)
  expect(lines()).toEqual(['s.0', 's.1', 's.2'])
  expect(server.requests).toEqual([
    { at: 0, url: '/api/chat-stream?horizon=60', ticket: 'ticket', last: null },
    { at: 54_000, url: '/api/chat-stream?horizon=60', ticket: 'ticket', last: 'cursor-1' },
  ])
})

test('starts from a given cursor', async () => {
  const server = start([stream(hello, end('cursor-9'))], { from: 'cursor-8' })
  await settle()
  expect(server.requests[0]!.last).toBe('cursor-8')
})

describe('a cut', () => {
  test.each([
    ['a clean end without the last event', stream(hello, line(0))],
    ['a connection that broke', stream(hello, line(0), new Error('reset'))],
    ['the event error', stream(hello, line(0), event('error', {}))],
  ])('%s resumes after a second, after the last line read', async (_, cut) => {
    const server = start([cut, stream(hello, line(1), end('cursor-1'))])
    await time.pass(999)
    expect(server.requests).toHaveLength(1)
    await time.pass(1)
    expect(server.requests[1]).toMatchObject({ at: 1_000, last: 'cursor-0' })
    expect(lines()).toEqual(['s.0', 's.1'])
    expect(types()).toContain('cut')
  })

  test('backs off from 1 s to 30 s while nothing comes, and starts again at 1 s after a word', async () => {
    const server = start([
      ...Array<typeof noNetwork>(7).fill(noNetwork),
      stream(hello, line(0)),
      stream(hello, end('cursor-0')),
    ])
    await time.pass(200_000)
    const waits = server.requests.slice(1, 9).map(({ at }, index) => at - server.requests[index]!.at)
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 1_000])
  })

  test.each([500, 502, 503])('answer %i is one', async (status) => {
    const server = start([() => json({}, status), stream(hello, end('cursor-0'))])
    await time.pass(1_000)
    expect(server.requests).toHaveLength(2)
  })

  test('the retry that came with an end rules no later cut', async () => {
    const server = start([
      stream(hello, line(0), end('cursor-0', 13_000)),
      stream('retry: 13000\n\n'.slice(0, 5)),
      stream(hello),
    ])
    await time.pass(14_000)
    expect(server.requests.map(({ at }) => at)).toEqual([0, 13_000, 14_000])
  })

  test('a connection that falls silent is given up after 15 s', async () => {
    const hanging = (signal: AbortSignal) =>
      new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    const server = start([hanging, stream(hello, end('cursor-0'))])
    await time.pass(16_000)
    expect(server.requests.map(({ at }) => at)).toEqual([0, 16_000])
  })
})

test('jitter takes up to a quarter off the back-off', () => {
  expect(backOffMs(1_000, 0, 0)).toBe(1_000)
  expect(backOffMs(1_000, 0, 1)).toBe(750)
  expect(backOffMs(1_000, 50, 0)).toBe(30_000)
})

test('a refused ticket is renewed at once; refused again it backs off', async () => {
  const asked: boolean[] = []
  const ticket = async (fresh: boolean) => {
    asked.push(fresh)
    return `ticket-${asked.length}`
  }
  const refused = () => json({ error: 'UNAUTHENTICATED' }, 401)
  const server = start([refused, refused, stream(hello, end('cursor-0'))], { ticket })
  await time.pass(10_000)
  expect(asked).toEqual([false, true, true])
  expect(server.requests.map(({ at, ticket: shown }) => [at, shown])).toEqual([
    [0, 'ticket-1'],
    [0, 'ticket-2'],
    [1_000, 'ticket-3'],
  ])
})

test('a refused position is given up', async () => {
  const server = start([() => json({ error: 'INVALID_REQUEST' }, 400), stream(hello, end('cursor-0'))], {
    from: 'forged',
  })
  await settle()
  expect(server.requests.map(({ last }) => last)).toEqual(['forged', null])
})

test('Retry-After of a rate limit is respected', async () => {
  const server = start([() => json({}, 429, { 'Retry-After': '20' }), stream(hello, end('cursor-0'))])
  await time.pass(20_000)
  expect(server.requests.map(({ at }) => at)).toEqual([0, 20_000])
})

test('no ticket to be had ends it', async () => {
  start([stream(hello)], { ticket: () => Promise.reject(new ApiError('NO_SHOW', 404)) })
  await time.pass(60_000)
  expect(types()).toEqual(['connecting', 'refused'])
})

test('a ticket may say that there is nothing to read, and when to come back', async () => {
  const answers = [{ waitMs: 15_000 }, 'ticket']
  const server = start([stream(hello, line(0), end('cursor-0'))], { ticket: async () => answers.shift() ?? 'ticket' })
  await time.pass(14_999)
  expect(server.requests).toEqual([])
  await time.pass(1)
  expect(server.requests.map(({ at, ticket }) => [at, ticket])).toEqual([[15_000, 'ticket']])
  expect(types()).toEqual(['connecting', 'connecting', 'hello', 'line', 'end'])
})

test('a ticket that cannot be fetched now is a cut', async () => {
  let calls = 0
  const ticket = () => (calls++ === 0 ? Promise.reject(new ApiError('OFFLINE')) : Promise.resolve('ticket'))
  const server = start([stream(hello, end('cursor-0'))], { ticket })
  await time.pass(1_000)
  expect(types().slice(0, 2)).toEqual(['connecting', 'cut'])
  expect(server.requests).toHaveLength(1)
})

describe.each(['idle', 'stopped', 'replaced', 'revoked', 'reset'])('%s', (name) => {
  test('ends it when the listener leaves', async () => {
    const server = start([stream(hello, event(name, { reason: 'stop' }))])
    await time.pass(120_000)
    expect(types()).toEqual(['connecting', 'hello', name])
    expect(server.requests).toHaveLength(1)
  })

  test('asks again, from now on, when the listener stays', async () => {
    const server = start(
      [stream(hello, line(0), event(name, {})), stream(hello, end('cursor-5'))],
      {},
      { waitMs: 15_000 },
    )
    await time.pass(15_000)
    expect(server.requests.map(({ at, last }) => [at, last])).toEqual([
      [0, null],
      [15_000, null],
    ])
  })
})

test('after leaving nothing is heard and nothing is asked', async () => {
  const server = start([stream(hello, line(0), end('cursor-0', 1_000))])
  await settle()
  follower.leave()
  const heard = events.length
  await time.pass(120_000)
  expect(events).toHaveLength(heard)
  expect(server.requests).toHaveLength(1)
})

test('in a hurry it asks now, from where it was', async () => {
  const server = start([stream(hello, line(0), end('cursor-0')), noNetwork, stream(hello, end('cursor-0'))])
  await time.pass(54_000)
  expect(types().at(-1)).toBe('cut')
  await time.pass(10)
  follower.hurry()
  await settle()
  expect(server.requests.map(({ at, last }) => [at, last])).toEqual([
    [0, null],
    [54_000, 'cursor-0'],
    [54_010, 'cursor-0'],
  ])
})

test('asks nothing until it is ready', async () => {
  let open = () => {}
  const ready = () => new Promise<void>((resolve) => (open = resolve))
  const server = start([stream(hello, end('cursor-0'))], { ready })
  await time.pass(60_000)
  expect(server.requests).toHaveLength(0)
  open()
  await settle()
  expect(server.requests).toHaveLength(1)
})
