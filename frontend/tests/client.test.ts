import { expect, test, vi } from 'vitest'
import { createApi, overlayTicket } from '../src/api/client'
import { json } from './helpers'

function setUp(...answers: (Response | Error)[]) {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => {
    const answer = answers.shift()!
    if (answer instanceof Error) throw answer
    return answer
  })
  const token = vi.fn(async (fresh: boolean) => (fresh ? 'new' : 'old'))
  return { fetch, token, api: createApi({ token, language: () => 'en', fetch }) }
}
const sent = (fetch: ReturnType<typeof setUp>['fetch'], call = 0) => {
  const [url, init] = fetch.mock.calls[call]!
  return { url, method: init?.method, headers: init?.headers, body: init?.body && JSON.parse(String(init.body)) }
}

test('sends what the contract says', async () => {
  const { api, fetch } = setUp(json({}))
  await api.startShow({ gameName: 'Elden Ring', mode: 'game', lang: 'es', min: 3000, max: 7000, after: 'c0' })
  expect(sent(fetch)).toEqual({
    url: '/api/chat-ticket',
    method: 'POST',
    headers: { Authorization: 'Bearer old', 'Accept-Language': 'en', 'Content-Type': 'application/json' },
    body: { gameName: 'Elden Ring', mode: 'game', lang: 'es', min: 3000, max: 7000, after: 'c0' },
  })
})

test('names in an address are escaped', async () => {
  const { api, fetch } = setUp(json({}))
  await api.removeGame('q&a: 50% + ゼ', 'justchatting')
  const query = new URL(String(sent(fetch).url), 'http://x').searchParams
  expect(Object.fromEntries(query)).toEqual({ game: 'q&a: 50% + ゼ', mode: 'justchatting' })
})

test('an overlay shows its key, and no session', async () => {
  const { fetch } = setUp(json({ ticket: 't' }))
  expect(await overlayTicket('secret', 'es', fetch)).toEqual({ ticket: 't' })
  expect(sent(fetch).headers).toEqual({ 'X-Stream-Key': 'secret', 'Accept-Language': 'es' })
})

test('a refused session is renewed once', async () => {
  const { api, fetch } = setUp(json({ error: 'UNAUTHENTICATED' }, 401), json({ slots: [] }))
  await api.slots()
  expect(sent(fetch, 1).headers).toMatchObject({ Authorization: 'Bearer new' })
})

test('and refused again it is an error', async () => {
  const { api, fetch } = setUp(
    json({ error: 'UNAUTHENTICATED' }, 401),
    json({ error: 'UNAUTHENTICATED', message: 'Entra.' }, 401),
  )
  await expect(api.slots()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401, message: 'Entra.' })
  expect(fetch).toHaveBeenCalledTimes(2)
})

test.each([
  [
    'an error of the contract',
    json({ success: false, error: 'RATE_LIMITED', message: 'Espera.' }, 429, { 'Retry-After': '3' }),
    { code: 'RATE_LIMITED', message: 'Espera.', retryAfterMs: 3000 },
  ],
  [
    'an error of something between',
    new Response('<h1>Bad gateway</h1>', { status: 502 }),
    { code: 'UNEXPECTED', status: 502, message: '' },
  ],
  ['a success that is no JSON', new Response('<!doctype html>'), { code: 'UNEXPECTED', status: 200 }],
  ['no answer', new TypeError('Failed to fetch'), { code: 'OFFLINE', status: 0 }],
])('%s becomes one error', async (_, answer, error) => {
  await expect(setUp(answer).api.slots()).rejects.toMatchObject(error)
})
