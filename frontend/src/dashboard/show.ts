/** The show of this page: starting, joining, pausing, continuing it, and what becomes of it when others do. */

import { ApiError, type Api } from '../api/client'
import type { Choice, OverlaySeen, Show, Ticket, WaveType } from '../api/contract'
import { follow, type FollowEvent, type FollowOptions, type Follower, type Next } from '../stream/follow'
import type { ChatFeed } from '../stream/feed'
import type { Timers } from '../stream/timers'
import { createStore, type Store } from '../ui/store'

/** Lines are read this far ahead. */
const HORIZON_S = 60
/** A show ends by itself 15 minutes after its page last asked for it. */
const KEEP_ALIVE_MS = 5 * 60_000
/** A paused device hears this late at most that another one went on. */
const PAUSED_LOOK_MS = 60_000
/** The doors take one moment in this time. */
export const WAVE_REST_MS = 2_000
const NO_SHOW = 'NO_SHOW'

export type Phase = 'loading' | 'none' | 'starting' | 'live' | 'paused' | 'replaced'
export type Connection = 'off' | 'connecting' | 'connected' | 'reconnecting'

export interface ShowState {
  phase: Phase
  show: Show | undefined
  connection: Connection
  /** When it began, by the server's clock; going on with another game or pace is no new beginning. */
  since: number
  /** Something asked of the doors is under way. */
  busy: boolean
  /** Moments are resting. */
  waveResting: boolean
  error: unknown
}

export interface ShowDeps {
  api: Pick<Api, 'startShow' | 'joinShow' | 'pauseShow' | 'stopShow' | 'wave'>
  feed: ChatFeed
  timers: Timers
  language(): string
  /** Hears that this page has changed the show. */
  onChange?(): void
  /** Hears with each batch how the user's overlay stood at `nowMs`, by the server's clock; undefined without a key. */
  onOverlay?(overlay: OverlaySeen | undefined, nowMs: number): void
  follow?: (options: FollowOptions) => Follower
}

export class ShowSession {
  readonly state: Store<ShowState> = createStore<ShowState>({
    phase: 'loading',
    show: undefined,
    connection: 'off',
    since: 0,
    busy: false,
    waveResting: false,
    error: undefined,
  })
  private readonly follow: (options: FollowOptions) => Follower
  private follower: Follower | undefined
  private ticket = ''
  private choice: Choice | undefined
  private cancelKeepAlive: () => void = () => undefined

  constructor(private readonly deps: ShowDeps) {
    this.follow = deps.follow ?? follow
  }

  /** Finds the show that runs, started here or on another device. */
  async join(): Promise<void> {
    await this.act(async () => {
      try {
        const ticket = await this.deps.api.joinShow()
        const { show } = this.state.get()
        if (show && show.id !== ticket.show.id) {
          // Another window went on with it: what the show before had still to say is not said.
          this.deps.feed.dropPending()
          this.deps.feed.lastCursor = ticket.show.first
        }
        this.choice = choiceOf(ticket.show)
        if (ticket.show.state === 'live') this.attach(ticket)
        else if (ticket.show.state === 'paused') this.settle('paused', ticket.show)
        else this.settle('none')
      } catch (error) {
        this.settle('none')
        if (!isNoShow(error)) throw error
      }
    })
  }

  /** A new show in an empty window. */
  async play(choice: Choice): Promise<void> {
    await this.start(choice)
  }

  /** Goes on with another game, pace or language: lines shown stay, those to come are new. */
  async change(choice: Choice): Promise<void> {
    await this.start(choice, this.deps.feed.lastCursor)
  }

  async resume(): Promise<void> {
    if (this.choice) await this.start(this.choice, this.deps.feed.lastCursor)
  }

  /** Takes the show back from the device that took over: the newest show wins. */
  async takeBack(): Promise<void> {
    await this.resume()
  }

  async pause(): Promise<void> {
    await this.act(async () => {
      await this.deps.api.pauseShow()
      this.settle('paused', this.state.get().show)
      this.deps.onChange?.()
    })
  }

  async stop(): Promise<void> {
    await this.act(async () => {
      await this.deps.api.stopShow()
      this.settle('none')
      this.deps.onChange?.()
    })
  }

  /** A moment: its lines and its tail come with the answer. */
  async wave(type: WaveType): Promise<void> {
    if (this.state.get().waveResting) return
    this.state.set({ waveResting: true, error: undefined })
    this.deps.timers.after(WAVE_REST_MS, () => this.state.set({ waveResting: false }))
    try {
      const { lines, tail } = await this.deps.api.wave(type, randomId())
      this.deps.feed.add([...lines, ...tail])
    } catch (error) {
      this.fail(error)
      if (isNoShow(error)) this.settle('none')
    }
  }

  /** The network is gone, as far as one can tell: what is here plays on, and the page says so. */
  lost(): void {
    if (this.state.get().phase === 'live') this.state.set({ connection: 'reconnecting' })
  }

  /** The network is back, or somebody looks again: what waits is tried now, and a paused show may go on elsewhere. */
  retry(): void {
    const { phase, connection, error } = this.state.get()
    if (connection === 'reconnecting') this.follower?.hurry()
    else if (phase === 'paused') void this.confirm()
    else if (phase === 'none' && isOffline(error)) void this.join()
  }

  dismissError(): void {
    this.state.set({ error: undefined })
  }

  private async start(choice: Choice, after?: string): Promise<void> {
    const before = this.state.get().phase
    await this.act(async () => {
      // Our own new show makes the old one "replaced": nobody listens to that any more.
      this.leave()
      this.state.set({ phase: 'starting', connection: 'connecting' })
      const { feed } = this.deps
      // A line shown while we wait would be spoken again by the new show, which goes on after `after`.
      feed.hold()
      try {
        const ticket = await this.deps.api.startShow(after === undefined ? choice : { ...choice, after })
        if (after === undefined) feed.clear()
        else feed.dropPending()
        feed.lastCursor = ticket.show.first
        this.choice = choice
        this.attach(ticket, after !== undefined)
        this.deps.onChange?.()
      } catch (error) {
        if (before === 'live') this.listen()
        else this.settle(before, this.state.get().show)
        throw error
      } finally {
        feed.letGo()
      }
    })
  }

  private attach({ ticket, serverNow, show }: Ticket, goesOn = false): void {
    this.deps.feed.clock.sync(serverNow)
    this.ticket = ticket
    this.state.set({ show, since: (goesOn && this.state.get().since) || show.startedAt })
    this.listen()
  }

  private listen(): void {
    this.leave()
    this.state.set({ phase: 'live', connection: 'connecting' })
    this.follower = this.follow({
      ticket: async (fresh) => {
        if (fresh) this.ticket = (await this.deps.api.joinShow()).ticket
        return this.ticket
      },
      horizonS: HORIZON_S,
      from: this.deps.feed.lastCursor,
      onEvent: (event) => this.hear(event),
      language: this.deps.language,
      timers: this.deps.timers,
    })
    this.keepAlive(KEEP_ALIVE_MS)
  }

  private hear(event: FollowEvent): Next | void {
    const { feed } = this.deps
    switch (event.type) {
      case 'hello':
        feed.clock.sync(event.now)
        this.state.set({ connection: 'connected' })
        this.deps.onOverlay?.(event.overlay, event.now)
        return
      case 'line':
        feed.add([event.line])
        return
      case 'cut':
        this.state.set({ connection: 'reconnecting' })
        return
      case 'connecting':
      case 'end':
        return
      case 'stopped':
        this.settle(event.reason === 'pause' ? 'paused' : 'none', this.state.get().show)
        return 'leave'
      case 'replaced':
        this.settle('replaced', this.state.get().show)
        return 'leave'
      case 'reset':
        // Should the doors refuse to continue it, it stands paused, with its button to try again.
        this.settle('paused', this.state.get().show)
        void this.resume()
        return 'leave'
      case 'refused':
        this.settle('none')
        if (!isNoShow(event.error)) this.state.set({ error: event.error })
        return 'leave'
      case 'idle':
      case 'revoked':
        this.settle('none')
        return 'leave'
    }
  }

  private keepAlive(everyMs: number): void {
    this.cancelKeepAlive()
    this.cancelKeepAlive = this.deps.timers.after(everyMs, () => {
      this.keepAlive(everyMs)
      void this.confirm()
    })
  }

  /** Tells the doors that somebody is still here, and hears whether the show still is. */
  private async confirm(): Promise<void> {
    const { phase } = this.state.get()
    try {
      const ticket = await this.deps.api.joinShow()
      const { show, busy, phase: now } = this.state.get()
      if (busy || now !== phase) return
      const same = ticket.show.id === show?.id
      if (phase === 'paused') this.rejoin(ticket, same)
      else if (same) this.ticket = ticket.ticket
      else this.settle('replaced', show)
    } catch (error) {
      if (isNoShow(error) && this.state.get().phase === phase) this.settle('none')
      else if (isOffline(error)) this.lost()
    }
  }

  /** Another device may have gone on with a paused show: then it is read here too, from where that one began. */
  private rejoin(ticket: Ticket, same: boolean): void {
    if (ticket.show.state !== 'live') return
    if (!same) this.deps.feed.lastCursor = ticket.show.first
    this.choice = choiceOf(ticket.show)
    this.attach(ticket)
  }

  /** Nothing is followed any more, and what was not due never comes. */
  private settle(phase: Phase, show?: Show): void {
    this.leave()
    this.deps.feed.dropPending()
    this.state.set({ phase, show: phase === 'none' ? undefined : show, connection: 'off' })
    if (phase === 'paused') this.keepAlive(PAUSED_LOOK_MS)
  }

  private leave(): void {
    this.follower?.leave()
    this.follower = undefined
    this.cancelKeepAlive()
  }

  /** One thing at a time; what goes wrong is for the page to say. */
  private async act(work: () => Promise<void>): Promise<void> {
    if (this.state.get().busy) return
    this.state.set({ busy: true, error: undefined })
    try {
      await work()
    } catch (error) {
      this.fail(error)
    } finally {
      this.state.set({ busy: false })
    }
  }

  /** No answer to a button means none to the stream either: that is tried at once, and goes on until it is there. */
  private fail(error: unknown): void {
    this.state.set({ error })
    if (!isOffline(error)) return
    this.lost()
    this.follower?.hurry()
  }
}

const isOffline = (error: unknown): boolean => error instanceof ApiError && error.code === 'OFFLINE'
const isNoShow = (error: unknown): boolean => error instanceof ApiError && error.code === NO_SHOW

/** What would start this show again, for a page that did not start it. */
function choiceOf({ displayName: gameName, mode, lang, genre, pace, viewers, min, max }: Show): Choice {
  return { gameName, mode, lang, genre: genre || undefined, ...(pace === 'natural' ? { pace, viewers } : { min, max }) } as Choice
}

/** 128 random bits; `crypto.randomUUID` is not there on plain http. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
