/** The check of a game or topic before anything is sent. The doors check again, and more. */

import type { Mode } from '../api/contract'

export const MIN_LENGTH = 2
export const MAX_LENGTH: Record<Mode, number> = { game: 50, justchatting: 60 }

export type NameProblem = 'blank' | 'short' | 'long' | 'symbols'

/** The name as the doors will store it: NFKC, trimmed, inner spaces collapsed. */
export const tidyName = (typed: string): string => typed.normalize('NFKC').trim().replace(/\s+/g, ' ')

/** Without the joiners that Arabic and Indic scripts need between two of their letters. */
const unjoined = (name: string): string =>
  name.replace(/(?<=[\u0600-\u0dff])[\u200c\u200d](?=[\u0600-\u0dff])/gu, '')

/** Two names with one key are one game. */
export const nameKey = (name: string): string => unjoined(tidyName(name)).toLowerCase()

export function nameProblem(typed: string, mode: Mode): NameProblem | undefined {
  const name = tidyName(typed)
  const length = [...name].length
  if (length === 0) return 'blank'
  if (length < MIN_LENGTH) return 'short'
  if (length > MAX_LENGTH[mode]) return 'long'
  if (!/[\p{L}\p{N}]/u.test(name) || /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(unjoined(name))) return 'symbols'
  return undefined
}
