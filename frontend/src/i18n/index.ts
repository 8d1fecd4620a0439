/** The language of the pages; that of the chat belongs to the show. Spanish is at hand, English fetched when chosen. */

import { KEYS, remember, remembered } from '../ui/storage'
import { createStore } from '../ui/store'
import { es, type Catalogue, type Key } from './es'

export type Language = 'es' | 'en'
export type { Key } from './es'
export type Values = Record<string, string | number>

const isLanguage = (value: unknown): value is Language => value === 'es' || value === 'en'

export const i18n = createStore<{ language: Language; texts: Catalogue }>({ language: 'es', texts: es })

/** The remembered language; Spanish at first, and when the other cannot be fetched. */
export async function startLanguage(): Promise<void> {
  await useLanguage(remembered(KEYS.language, isLanguage, 'es')).catch(() => undefined)
}

export async function chooseLanguage(language: Language): Promise<void> {
  remember(KEYS.language, language)
  await useLanguage(language)
}

async function useLanguage(language: Language): Promise<void> {
  i18n.set({ language, texts: language === 'en' ? (await import('./en')).en : es })
  document.documentElement.lang = language
}

export const language = (): Language => i18n.get().language

/** The text of `key` with its places filled. */
export const t = (key: Key, values: Values = {}): string => fill(i18n.get().texts[key], values)

/** The text for a number of things: `<key>.one` or `<key>.other`. */
export const tCount = (key: 'games.free' | 'chat.new', count: number): string =>
  t(count === 1 ? `${key}.one` : `${key}.other`, { count })

/** The text of `key` if there is such a key. */
export const tMaybe = (key: string): string | undefined => (i18n.get().texts as Partial<Record<string, string>>)[key]

export const fill = (text: string, values: Values): string =>
  text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
