/** The shapes of the HTTP contract, as the doors send them. Times are epoch milliseconds of the server's clock. */

export type Mode = 'game' | 'justchatting'
export type ChatLang = 'es' | 'es-ES' | 'es-MX' | 'en'
export type Source = 'ai' | 'cache' | 'builtin' | 'genre' | 'generic'
export type WaveType = 'laugh' | 'hype' | 'fear' | 'omg'
export type Viewers = 5 | 15 | 60 | 200

export const MODES: readonly Mode[] = ['game', 'justchatting']
export const CHAT_LANGS: readonly ChatLang[] = ['es', 'es-ES', 'es-MX', 'en']
export const WAVE_TYPES: readonly WaveType[] = ['laugh', 'hype', 'fear', 'omg']
export const VIEWERS: readonly Viewers[] = [5, 15, 60, 200]

/** What a streamer may say a game is that nobody here knows. */
export const GENRES: readonly string[] = [
  'horror',
  'shooter',
  'soulslike',
  'survival',
  'rpg',
  'strategy',
  'sports',
  'party',
]

/** Pauses between two lines: drawn between two bounds (ms), or as an audience of that size would write. */
export type Pace = Bounds | { pace: 'natural'; viewers: Viewers } | DefaultPace

export interface Bounds {
  min: number
  max: number
}
/** Nothing said: the doors have a pace of their own, which the owner sets. */
export type DefaultPace = { pace?: never; min?: never; max?: never }

export interface Slot {
  game: string
  displayName: string
  mode: Mode
  lang: ChatLang
  source: Source
  genre: string | null
}

export interface Slots {
  games: string[]
  remainingSlots: number
  maxGames: number
  slots: Slot[]
  defaultPace: Bounds
}

export interface AddedGame {
  gameName: string
  displayName: string
  mode: Mode
  lang: ChatLang
  source: Source
  genre: string | null
  /** A better pack is being made: ask again after `retryAfterMs`. */
  pending: boolean
  retryAfterMs?: number
  currentGames: string[]
  remainingSlots: number
}

export interface Show {
  id: string
  gameName: string
  displayName: string
  mode: Mode
  lang: ChatLang
  pace: 'fixed' | 'natural'
  /** Bounds of a fixed pace, ms. */
  min?: number
  max?: number
  viewers: number
  startedAt: number
  state: 'live' | 'paused' | 'stopped'
  source: Source
  genre: string
  /** Cursor of the place before its first line. */
  first: string
}

export interface Ticket {
  ticket: string
  serverNow: number
  show: Show
}

/** What to play and how; `genre` is for a game that nobody here knows. */
export type Choice = { gameName: string; mode: Mode; lang: ChatLang; genre?: string | undefined } & Pace

/** What starts a show; `after` is the cursor of the last line shown, to continue the one before. */
export type ShowRequest = Choice & { after?: string }

/** One chat line. Its text is text: nothing in it is markup. */
export interface Line {
  id: string
  username: string
  content: string
  timestamp: number
  category: string
  color: string
  badges: string[]
}

/** What a pressed moment brings: its burst, and the tail in which it fades. */
export interface Moment {
  lines: Line[]
  tail: Line[]
}

/** What an overlay is answered for its stream key. */
export interface OverlayTicket {
  ticket: string
  serverNow: number
  show: Show | null
  look: Chosen
  /** A test message of the last minute. */
  test: Line | null
}

/** The members of an overlay's look that somebody has chosen: overlay/options.ts says which there are. */
export type Chosen = Record<string, string | number | boolean>

/** A stream key just made, shown this once. */
export interface NewStreamKey {
  key: string
  url: string
  createdAt: number
}

/** What a page's stream says of its user's stream key; `seenAt` is when OBS last came with it, to the minute. */
export interface OverlaySeen {
  createdAt: number
  seenAt: number | null
}

/** The user's stream key as it stands. */
export interface StreamKey {
  exists: boolean
  createdAt: number | null
  seenAt: number | null
  look: Chosen
  serverNow: number
}
