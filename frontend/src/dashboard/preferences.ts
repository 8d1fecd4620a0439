/** Pace and language of the chat: how they are chosen, remembered, and read back from a show that already runs. */

import { CHAT_LANGS, VIEWERS, type ChatLang, type Pace, type Show, type Viewers } from '../api/contract'
import { KEYS, remember, remembered } from '../ui/storage'

/** Pauses in milliseconds; the first is the default of the doors too. */
export const FIXED_PACES: readonly (readonly [min: number, max: number])[] = [
  [3000, 7000],
  [4000, 7000],
  [2000, 4000],
  [1000, 2000],
  [500, 1000],
]

/** A pace as the value of a control: `natural-60`, `3000-7000`. */
export type PaceId = string

export const PACE_IDS: readonly PaceId[] = [
  ...VIEWERS.map((viewers) => `natural-${viewers}`),
  ...FIXED_PACES.map(([min, max]) => `${min}-${max}`),
]

export function paceOf(id: PaceId): Pace {
  const [first, second] = id.split('-')
  if (first === 'natural') return { pace: 'natural', viewers: Number(second) as Viewers }
  return { min: Number(first), max: Number(second) }
}

export interface Preferences {
  lang: ChatLang
  pace: PaceId
}

export const DEFAULTS: Preferences = { lang: 'es', pace: '3000-7000' }

export const loadPreferences = (): Preferences => remembered(KEYS.chat, isPreferences, DEFAULTS)
export const savePreferences = (preferences: Preferences): void => remember(KEYS.chat, preferences)

function isPreferences(value: unknown): value is Preferences {
  const { lang, pace } = (value ?? {}) as Partial<Preferences>
  return CHAT_LANGS.includes(lang as ChatLang) && PACE_IDS.includes(pace as PaceId)
}

/** What a running show was started with, as far as the controls can say it. */
export function preferencesOf(show: Show, otherwise: Preferences): Preferences {
  const id = show.pace === 'natural' ? `natural-${show.viewers}` : `${show.min}-${show.max}`
  return { lang: show.lang, pace: PACE_IDS.includes(id) ? id : otherwise.pace }
}
