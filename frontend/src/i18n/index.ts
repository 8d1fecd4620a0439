/**
 * The language of the pages; that of the chat belongs to the show.
 *
 * Spanish comes inside the page itself, English is fetched when chosen: texts are data, and cost no script.
 */

import { KEYS, remember, remembered } from '../ui/storage'
import { createStore } from '../ui/store'
import type es from './es.json'
import englishUrl from './en.json?url&no-inline'

export type Language = 'es' | 'en'
export type Key = keyof typeof es
export type Catalogue = Record<Key, string>
export type Values = Record<string, string | number>

export const isLanguage = (value: unknown): value is Language => value === 'es' || value === 'en'

export const i18n = createStore<{ language: Language; texts: Catalogue }>({ language: 'es', texts: {} as Catalogue })

/** The remembered language; Spanish at first, and when the other cannot be fetched. */
export async function startLanguage(): Promise<void> {
  i18n.set({ texts: spanish() })
  await useLanguage(remembered(KEYS.language, isLanguage, 'es')).catch(() => undefined)
}

export async function chooseLanguage(language: Language): Promise<void> {
  remember(KEYS.language, language)
  await useLanguage(language)
}

/** Speaks it from now on, without remembering it. Raises when its texts cannot be had. */
export async function useLanguage(language: Language): Promise<void> {
  i18n.set({ language, texts: language === 'en' ? await english() : spanish() })
  document.documentElement.lang = language
}

const spanish = () => JSON.parse(document.getElementById('texts')!.textContent) as Catalogue

/** Raises when it cannot be had. */
export async function english(): Promise<Catalogue> {
  const response = await fetch(englishUrl)
  if (!response.ok) throw new Error(`English texts: ${response.status}`)
  return (await response.json()) as Catalogue
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
