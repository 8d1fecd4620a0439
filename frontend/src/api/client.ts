/** Typed calls of the API, and the one place where an answer that is not the expected one becomes an ApiError. */

import type {
  AddedGame,
  ChatLang,
  Chosen,
  Mode,
  Moment,
  NewStreamKey,
  OverlayTicket,
  ShowRequest,
  Slots,
  StreamKey,
  Ticket,
  WaveType,
} from './contract'

/** A call that hangs is a call that failed; generating phrases has 12 s of its own. */
const TIMEOUT_MS = 20_000
const STREAM_KEY = '/api/stream-key'

/**
 * `code` is the contract's error code, or one of ours: OFFLINE (no answer at all) and UNEXPECTED (an answer that is not
 * the contract's). `message` is the server's text for people, empty when it sent none.
 */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly status = 0,
    message = '',
    readonly retryAfterMs = 0,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

export interface ApiOptions {
  /** A session token; `fresh` when the last one was refused. */
  token(fresh: boolean): Promise<string>
  /** Language of the error texts. */
  language(): string
  fetch?: typeof fetch
}

interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  body?: unknown
}

export type Api = ReturnType<typeof createApi>

export function createApi({ token, language, fetch = globalThis.fetch.bind(globalThis) }: ApiOptions) {
  async function call<T>(path: string, { method = 'GET', body }: Call = {}): Promise<T> {
    const send = async (fresh: boolean) =>
      request<T>(fetch, path, {
        method,
        headers: {
          Authorization: `Bearer ${await token(fresh)}`,
          'Accept-Language': language(),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    try {
      return await send(false)
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return send(true)
      throw error
    }
  }

  return {
    slots: () => call<Slots>('/api/generate-phrases'),
    /** `more`: the game it takes the place of, and the genre its streamer named. */
    addGame: (gameName: string, mode: Mode, lang: ChatLang, more?: { replace?: string; genre?: string }) =>
      call<AddedGame>('/api/generate-phrases', { method: 'POST', body: { gameName, mode, lang, ...more } }),
    removeGame: (game: string, mode: Mode) =>
      call<Slots>(`/api/generate-phrases?${new URLSearchParams({ game, mode })}`, { method: 'DELETE' }),
    startShow: (show: ShowRequest) => call<Ticket>('/api/chat-ticket', { method: 'POST', body: show }),
    joinShow: () => call<Ticket>('/api/chat-ticket'),
    pauseShow: () => call<unknown>('/api/chat-ticket?pause=1', { method: 'DELETE' }),
    stopShow: () => call<unknown>('/api/chat-ticket', { method: 'DELETE' }),
    wave: (type: WaveType, id: string) =>
      call<Moment>('/api/chat-wave', { method: 'POST', body: { type, id } }),
    streamKey: () => call<StreamKey>(STREAM_KEY),
    createStreamKey: () => call<NewStreamKey>(STREAM_KEY, { method: 'POST' }),
    saveLook: (look: Chosen) => call<unknown>(STREAM_KEY, { method: 'PUT', body: { look } }),
    sendTest: () => call<unknown>(STREAM_KEY, { method: 'PUT', body: { test: true } }),
    revokeStreamKey: () => call<unknown>(STREAM_KEY, { method: 'DELETE' }),
  }
}

/** An overlay's ticket for its stream key. */
export const overlayTicket = (key: string, language: string, fetch: typeof globalThis.fetch = globalThis.fetch) =>
  request<OverlayTicket>(fetch, '/api/chat-ticket', {
    headers: { 'X-Stream-Key': key, 'Accept-Language': language },
  })

/** The JSON of a successful answer; raises ApiError for everything else. */
export async function request<T>(fetch: typeof globalThis.fetch, path: string, init: RequestInit = {}): Promise<T> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS)
  try {
    const response = await fetch(path, { ...init, cache: 'no-store', signal: abort.signal }).catch(() => {
      throw new ApiError('OFFLINE')
    })
    const body = await json(response)
    if (response.ok && body) return body as T
    throw failure(response, body)
  } finally {
    clearTimeout(timer)
  }
}

async function json(response: Response): Promise<Record<string, unknown> | undefined> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The contract's error, read from a refused answer. */
function failure(response: Response, body: Record<string, unknown> | undefined): ApiError {
  const code = typeof body?.error === 'string' ? body.error : 'UNEXPECTED'
  const message = typeof body?.message === 'string' ? body.message : ''
  return new ApiError(code, response.status, message, retryAfterMs(response))
}

/** `Retry-After` in milliseconds, 0 when absent; the doors send seconds. */
export const retryAfterMs = (response: Response): number =>
  Math.max(0, Number(response.headers.get('Retry-After')) || 0) * 1000
