/** Pace and language of the chat: how they are chosen, remembered, and read back from a show that already runs. */

import { CHAT_LANGS, VIEWERS, type ChatLang, type Pace, type Show, type Viewers } from '../api/contract'
import { KEYS, remember, remembered } from '../ui/storage'

/** Pauses in milliseconds, besides the doors' own. */
export const FIXED_PACES: readonly (readonly [min: number, max: number])[] = [
  [4000, 7000],
  [2000, 4000],
  [1000, 2000],
  [500, 1000],
]

/** A pace as the value of a control: `natural-60`, `2000-4000`, or `default` for the doors' own. */
export type PaceId = string
export const DEFAULT_PACE: PaceId = 'default'

export const PACE_IDS: readonly PaceId[] = [
  DEFAULT_PACE,
  ...VIEWERS.map((viewers) => `natural-${viewers}`),
  ...FIXED_PACES.map(([min, max]) => `${min}-${max}`),
]

export function paceOf(id: PaceId): Pace {
  if (id === DEFAULT_PACE) return {}
  const [first, second] = id.split('-')
  if (first === 'natural') return { pace: 'natural', viewers: Number(second) as Viewers }
  return { min: Number(first), max: Number(second) }
}

export interface Preferences {
  lang: ChatLang
  pace: PaceId
}

export const DEFAULTS: Preferences = { lang: 'es', pace: DEFAULT_PACE }

export const loadPreferences = (): Preferences => remembered(KEYS.chat, isPreferences, DEFAULTS)
export const savePreferences = (preferences: Preferences): void => remember(KEYS.chat, preferences)

function isPreferences(value: unknown): value is Preferences {
  const { lang, pace } = (value ?? {}) as Partial<Preferences>
  return CHAT_LANGS.includes(lang as ChatLang) && PACE_IDS.includes(pace as PaceId)
}

/** What a running show was started with; bounds the controls do not offer are the doors' own. */
export function preferencesOf(show: Show): Preferences {
  const id = show.pace === 'natural' ? `natural-${show.viewers}` : `${show.min}-${show.max}`
  return { lang: show.lang, pace: PACE_IDS.includes(id) ? id : DEFAULT_PACE }
}
