/**
 * The dashboard and the overlay without a browser, on a clock that runs as fast as they are answered: the pages' own
 * modules, put together as the pages do. Who runs it answers their requests, and hears at last what came of it.
 */

import { createApi, overlayTicket } from '../src/api/client'
import { createDirector } from '../src/dashboard/director'
import { Games } from '../src/dashboard/games'
import { ObsLink } from '../src/dashboard/obs/link'
import { DEFAULTS, type PaceId } from '../src/dashboard/preferences'
import { ShowSession } from '../src/dashboard/show'
import { followUser } from '../src/overlay/follow-user'
import { ServerClock } from '../src/stream/clock'
import { ChatFeed } from '../src/stream/feed'
import { follow, type FollowOptions } from '../src/stream/follow'
import type { Timers } from '../src/stream/timers'

const HOUR_MS = 3_600_000
const language = () => 'es'

/** Time that stands still while anybody is being answered. */
class Time implements Timers {
  nowMs = 0
  private waiting = new Set<{ at: number; run: () => void }>()
  private asked = new Set<Promise<unknown>>()

  /** `turn` lets everything run that waits for nothing but promises. */
  constructor(private readonly turn: () => Promise<void>) {}

  readonly monotonic = (): number => this.nowMs

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.nowMs + delayMs, run }
    this.waiting.add(timer)
    return () => this.waiting.delete(timer)
  }

  during<T>(answer: Promise<T>): Promise<T> {
    this.asked.add(answer)
    return answer.finally(() => this.asked.delete(answer))
  }

  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms
    for (;;) {
      await this.settle()
      const next = [...this.waiting].reduce((one, other) => (other.at < one.at ? other : one), { at: Infinity, run: () => {} })
      if (next.at >= until) break
      this.waiting.delete(next)
      this.nowMs = Math.max(this.nowMs, next.at)
      next.run()
    }
    this.nowMs = until
  }

  private async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      await this.turn()
      if (this.asked.size) turn = -1
      await Promise.all(this.asked)
    }
  }
}

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** The way to the doors, as lines of JSON, and node's own way to wait a moment. */
export interface Wire {
  tell(what: unknown): void
  hear(listener: (answer: Answer) => void): void
  turn(): Promise<void>
}

let time: Time
let tell: Wire['tell']
const waiting: ((answer: Answer) => void)[] = []

type Page = 'dashboard' | 'overlay'

/** The `fetch` of a page. */
const fetchOf = (page: Page) => ((path: string, { method = 'GET', headers = {}, body }: RequestInit = {}) => {
  tell({ page, at: time.nowMs, path, method, headers, body: body ?? '' })
  const answer = new Promise<Response>((resolve) => {
    waiting.push(({ status, headers, body }) => resolve(new Response(body, { status, headers })))
  })
  return time.during(answer)
}) as typeof fetch

const followOf = (page: Page) => (options: FollowOptions) => follow({ ...options, fetch: fetchOf(page) })

/** As pages/dashboard.tsx does. */
async function openDashboard(pace: PaceId) {
  const api = createApi({ token: async () => 'session', language, fetch: fetchOf('dashboard') })
  const feed = new ChatFeed(new ServerClock(time.monotonic), time)
  const obs = new ObsLink(api, time)
  const onOverlay = obs.hear.bind(obs)
  const session = new ShowSession({ api, feed, timers: time, language, onOverlay, follow: followOf('dashboard') })
  const games = new Games({ api, lang: () => DEFAULTS.lang, timers: time })
  const director = createDirector(games, session, () => ({ ...DEFAULTS, pace }))
  void obs.load()
  await Promise.all([games.load(), session.join()])
  return { games, session, director, obs, feed }
}

/** As pages/overlay.ts does, in OBS. */
function openOverlay(key: string) {
  const feed = new ChatFeed(new ServerClock(time.monotonic), time, 50)
  const overlay = followUser({
    feed,
    timers: time,
    language,
    ticket: () => overlayTicket(key, language(), fetchOf('overlay')),
    onLook: () => {},
    onStatus: () => {},
    monotonic: time.monotonic,
    follow: followOf('overlay'),
  })
  return { feed, overlay }
}

const keyOf = (obs: ObsLink): string => new URL(obs.state.get().url!).hash.slice('#k='.length)

/** A streamer opens both, plays, and streams for an hour. The link for OBS is older. */
async function hour() {
  const earlier = await openDashboard(DEFAULTS.pace)
  await earlier.obs.create()
  await time.pass(HOUR_MS)
  tell({ begins: time.nowMs })
  openOverlay(keyOf(earlier.obs))
  const { games, director, feed } = await openDashboard(DEFAULTS.pace)
  games.type('Minecraft')
  await director.play()
  await time.pass(HOUR_MS)
  return { lines: feed.state.get().total }
}

/** How long an overlay goes on after its key was revoked, ms each; -1 for one that speaks again. */
async function revoked(rounds: number) {
  const { games, director, obs, session } = await openDashboard('500-1000')
  games.type('Minecraft')
  await director.play()
  const silentAfterMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    await obs.create()
    const { feed, overlay } = openOverlay(keyOf(obs))
    // Rounds are spread evenly over all places between two of its questions.
    await time.pass(20_000 + ((round * 0.618) % 1) * 16_000)
    if (!feed.state.get().lines.length) throw new Error('it never spoke')
    const revokedAt = time.nowMs
    let silentAt = Infinity
    feed.state.subscribe(() => {
      silentAt = feed.state.get().lines.length ? Infinity : Math.min(silentAt, time.nowMs)
    })
    // By hand, or by a new link.
    await (round % 2 ? obs.create() : obs.revoke())
    await time.pass(45_000)
    silentAfterMs.push(silentAt === Infinity ? -1 : silentAt - revokedAt)
    overlay.leave()
    if (session.state.get().phase !== 'live') throw new Error('the show ended')
  }
  return { silentAfterMs }
}

export async function simulate(wire: Wire, scenario: string, rounds: number): Promise<void> {
  time = new Time(wire.turn)
  tell = wire.tell
  wire.hear((answer) => waiting.shift()!(answer))
  const kept = new Map<string, string>()
  Object.assign(globalThis, {
    location: { origin: 'https://chat.example' },
    localStorage: {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
      removeItem: (name: string) => kept.delete(name),
    },
  })
  tell({ result: scenario === 'revoked' ? await revoked(rounds) : await hour() })
}
