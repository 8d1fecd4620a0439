/**
 * An overlay follows its streamer, not one show: it draws whatever show runs and waits quietly when none does.
 *
 * Every four minutes it trades its key for a new ticket, which tells the dashboard that OBS is there. That answer also
 * says whether there is a show at all, so without one it takes the place of reading, and comes to no further request.
 */

import { ApiError } from '../api/client'
import type { Chosen, OverlayTicket } from '../api/contract'
import type { ChatFeed } from '../stream/feed'
import { follow, type FollowEvent, type FollowOptions, type Follower, type Next } from '../stream/follow'

/** Lines are read this far ahead, and asked for a little sooner: a stop, a new show or a revoked key is here in 16 s. */
const HORIZON_S = 17
/** With no show: four questions a minute at first, two once nobody has played for ten. */
const ASK_AGAIN_MS = 15_000
const ASK_SELDOM_MS = 30_000
const QUIET_AFTER_MS = 10 * 60_000
/** A ticket lives for hours; a second under four minutes lets every sixteenth question be this one. */
const RENEW_MS = 239_000

export interface OverlayDeps extends Pick<FollowOptions, 'timers' | 'ready' | 'language'> {
  feed: ChatFeed
  /** Trades the stream key for a ticket. */
  ticket(): Promise<OverlayTicket>
  /** The look as it is saved now. */
  onLook(look: Chosen): void
  /** The first answer: connected and waiting, or playing, or not connected and why. */
  onStatus(status: 'waiting' | 'playing' | 'offline' | 'refused'): void
  monotonic?: () => number
  follow?: (options: FollowOptions) => Follower
}

export function followUser(deps: OverlayDeps): Follower {
  const { feed, monotonic = () => performance.now() } = deps
  let ticket: string | undefined
  let askedAt = 0
  let show: string | null = null
  let spoken = false
  let idleSince: number | undefined

  const rest = (again = 0): { waitMs: number } => {
    // A test message may come without a show.
    if (!spoken) feed.clear()
    show = null
    deps.onStatus('waiting')
    idleSince ??= monotonic()
    return { waitMs: Math.max(again, monotonic() - idleSince < QUIET_AFTER_MS ? ASK_AGAIN_MS : ASK_SELDOM_MS) }
  }

  const renew = async (): Promise<string | { waitMs: number }> => {
    const answer = await deps.ticket()
    askedAt = monotonic()
    ticket = answer.ticket
    feed.clock.sync(answer.serverNow)
    deps.onLook(answer.look)
    if (answer.show?.state === 'live') return ticket
    if (show !== null) feed.clear()
    spoken = answer.test !== null
    if (answer.test) feed.add([answer.test])
    return rest()
  }

  const hear = (event: FollowEvent): Next | void => {
    switch (event.type) {
      case 'hello':
        feed.clock.sync(event.now)
        if (event.look) deps.onLook(event.look)
        if (event.show === null) {
          if (show !== null) feed.clear()
        } else if (event.show !== show) {
          // What the show before had still to say is not said.
          feed.dropPending()
        }
        show = event.show
        spoken = false
        return
      case 'line':
        spoken = true
        feed.add([event.line])
        return
      case 'end':
        idleSince = undefined
        deps.onStatus('playing')
        return
      case 'idle':
      case 'stopped':
      case 'replaced':
      case 'reset':
        return rest(event.again)
      case 'revoked':
        feed.clear()
        deps.onStatus('refused')
        return 'leave'
      case 'refused':
        feed.clear()
        deps.onStatus('refused')
        return
      case 'cut':
        deps.onStatus('offline')
        return
      case 'connecting':
        return
    }
  }

  return (deps.follow ?? follow)({
    ticket: async (fresh) => {
      if (ticket === undefined || fresh) return renew()
      if (monotonic() - askedAt < RENEW_MS) return ticket
      try {
        return await renew()
      } catch (error) {
        // The door that gives tickets may be out of order while the other speaks: a show goes on with the one it has.
        if (error instanceof ApiError && error.status === 401) throw error
        return ticket
      }
    },
    horizonS: HORIZON_S,
    onEvent: hear,
    language: deps.language,
    timers: deps.timers,
    ...(deps.ready ? { ready: deps.ready } : {}),
  })
}
