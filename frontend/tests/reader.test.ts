import { expect, test } from 'vitest'
import { messages, type StreamMessage } from '../src/stream/reader'
import { body, event, lineAt } from './helpers'

async function all(bytes: ReadableStream<Uint8Array>): Promise<StreamMessage[]> {
  const read: StreamMessage[] = []
  for await (const message of messages(bytes)) read.push(message)
  return read
}

const LINE = lineAt('s1.0', 1_795_334_821_416, { username: 'ñandú_🔥', content: '¿qué tal, ゼルダ? 🔥' })
const BATCH =
  'retry: 1000\n\n' +
  event('hello', { now: 1_795_334_821_000, show: 's1' }) +
  event('', LINE, 's1.0.1795334821416.0.0') +
  ': ping\n\n' +
  'event: end\nretry: 54000\ndata: {"next":"s1.0.1795334821416.0.0","count":1,"missed":2,"again":54000}\n\n'
const READ: StreamMessage[] = [
  { type: 'retry', delayMs: 1000 },
  { type: 'hello', now: 1_795_334_821_000, show: 's1' },
  { type: 'line', line: { ...LINE, cursor: 's1.0.1795334821416.0.0' } },
  { type: 'retry', delayMs: 54000 },
  { type: 'end', next: 's1.0.1795334821416.0.0', count: 1, missed: 2, again: 54000 },
]

test('reads a batch', async () => {
  expect(await all(body(BATCH))).toEqual(READ)
})

test('reads the same wherever the bytes are cut, inside a letter or an emoji too', async () => {
  const bytes = new TextEncoder().encode(BATCH)
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(await all(body(bytes.slice(0, cut), bytes.slice(cut)))).toEqual(READ)
  }
  expect(await all(body(...Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(READ)
})

test.each([{ look: { size: 20 } }, { overlay: { createdAt: 1, seenAt: null } }])('hello tells %o besides', async (more) => {
  const hello = { now: 1_795_334_821_000, show: 's1', ...more }
  expect(await all(body(event('hello', hello)))).toEqual([{ type: 'hello', ...hello }])
})

test.each([
  ['idle', { again: 15000 }, { type: 'idle', again: 15000 }],
  ['stopped', { reason: 'pause' }, { type: 'stopped', reason: 'pause', again: 0 }],
  ['stopped', { reason: 'stop', again: 15000 }, { type: 'stopped', reason: 'stop', again: 15000 }],
  ['replaced', {}, { type: 'replaced', again: 0 }],
  ['revoked', {}, { type: 'revoked', again: 0 }],
  ['reset', { again: 1000 }, { type: 'reset', again: 1000 }],
  ['error', {}, { type: 'error' }],
])('knows the event %s %o', async (name, data, message) => {
  expect(await all(body(event(name, data)))).toEqual([message])
})

test.each(['data: {"id": 5}\n\n', 'data: not json\n\n', 'event: hello\ndata: {}\n\n', 'event: end\ndata: null\n\n'])(
  'data that is not the contract is an error, not a line: %j',
  async (bytes) => {
    expect(await all(body(bytes))).toEqual([{ type: 'error' }])
  },
)

test('skips an event of the future', async () => {
  expect(await all(body(event('poll', {}), event('idle', {})))).toEqual([{ type: 'idle', again: 0 }])
})

test('an event without its last empty line was cut off, and is not read', async () => {
  expect(await all(body('event: end\ndata: {"next":"x","again":1}\n'))).toEqual([])
})

test('hands on what came before the connection broke', async () => {
  const read: StreamMessage[] = []
  const broken = async () => {
    for await (const message of messages(body(event('idle', {}), new Error('reset')))) read.push(message)
  }
  await expect(broken()).rejects.toThrow('reset')
  expect(read).toEqual([{ type: 'idle', again: 0 }])
})
