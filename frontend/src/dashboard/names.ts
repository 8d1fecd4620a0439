/** The check of a game or topic before anything is sent. The doors check again, and more. */

import type { Mode } from '../api/contract'

export const MIN_LENGTH = 2
export const MAX_LENGTH: Record<Mode, number> = { game: 50, justchatting: 60 }

export type NameProblem = 'blank' | 'short' | 'long' | 'symbols'

/** The name as the doors will store it: NFKC, trimmed, inner spaces collapsed. */
export const tidyName = (typed: string): string => typed.normalize('NFKC').trim().replace(/\s+/g, ' ')

/** Two names with one key are one game. */
export const nameKey = (name: string): string => tidyName(name).toLowerCase()

export function nameProblem(typed: string, mode: Mode): NameProblem | undefined {
  const name = tidyName(typed)
  const length = [...name].length
  if (length === 0) return 'blank'
  if (length < MIN_LENGTH) return 'short'
  if (length > MAX_LENGTH[mode]) return 'long'
  if (!/[\p{L}\p{N}]/u.test(name) || /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(name)) return 'symbols'
  return undefined
}
