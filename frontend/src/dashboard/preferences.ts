/** Pace and language of the chat: how they are chosen, remembered, and read back from a show that already runs. */

import { CHAT_LANGS, VIEWERS, type Bounds, type ChatLang, type Pace, type Show, type Viewers } from '../api/contract'
import { KEYS, remember, remembered } from '../ui/storage'

/** A pace as the value of a control: `natural-60`, `2000-4000` (ms), or `default` for the doors' own. */
export type PaceId = string
export const DEFAULT_PACE: PaceId = 'default'

export const NATURAL_PACES: readonly PaceId[] = VIEWERS.map((viewers) => `natural-${viewers}`)
export const FIXED_PACES: readonly PaceId[] = [DEFAULT_PACE, '4000-7000', '2000-4000', '1000-2000', '500-1000']
/** The doors' own pace until they have told it. */
export const USUAL_PACE: Bounds = { min: 3000, max: 7000 }

const isPaceId = (id: PaceId): boolean => NATURAL_PACES.includes(id) || FIXED_PACES.includes(id)

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

/** Sixty viewers write about twelve lines a minute: enough to answer, and time to play. */
export const DEFAULTS: Preferences = { lang: 'es', pace: 'natural-60' }

export const loadPreferences = (): Preferences => remembered(KEYS.chat, isPreferences, DEFAULTS)
export const savePreferences = (preferences: Preferences): void => remember(KEYS.chat, preferences)

function isPreferences(value: unknown): value is Preferences {
  const { lang, pace } = (value ?? {}) as Partial<Preferences>
  return CHAT_LANGS.includes(lang as ChatLang) && isPaceId(pace as PaceId)
}

/** What a running show was started with; bounds the controls do not offer are the doors' own. */
export function preferencesOf(show: Show): Preferences {
  const id = show.pace === 'natural' ? `natural-${show.viewers}` : `${show.min}-${show.max}`
  return { lang: show.lang, pace: isPaceId(id) ? id : DEFAULT_PACE }
}
