/**
 * Emotes by name, those of a checked list and no others: 7TV's image where it has come, an emoji until then and where
 * none comes. No line waits for any of it.
 */

import listUrl from './emotes.json?url&no-inline'

const SET_URL = 'https://7tv.io/v3/emote-sets/global'
const TIMEOUT_MS = 2_500

/** `url`, and with it the size in pixels, once the image is there: drawing it moves nothing. */
export interface Emote {
  name: string
  emoji: string
  url: string | undefined
  width: number | undefined
  height: number | undefined
}

let emojis: Partial<Record<string, string>> = {}
const images: Partial<Record<string, HTMLImageElement>> = {}

/** Fetches the list and the images. Never fails: what cannot be had stays a text or an emoji. */
export async function loadEmotes(): Promise<void> {
  try {
    emojis = await json(listUrl)
    const { emotes } = await json<{ emotes: { name: string; id: string }[] }>(SET_URL, AbortSignal.timeout(TIMEOUT_MS))
    // Whoever asked for less motion gets the still ones.
    const file = matchMedia('(prefers-reduced-motion: reduce)').matches ? '2x_static' : '2x'
    for (const { name, id } of emotes) {
      if (!emojis[name] || !/^\w+$/.test(id)) continue
      const image = new Image()
      image.onload = () => (images[name] = image)
      image.src = `https://cdn.7tv.app/emote/${id}/${file}.webp`
    }
  } catch {
    // Refused, hanging, broken, or a browser too old to wait for only so long.
  }
}

/** Both are the same for a whole session, and are asked for once in it. */
const json = async <T>(url: string, signal?: AbortSignal): Promise<T> =>
  (await fetch(url, { cache: 'force-cache', signal: signal ?? null })).json() as Promise<T>

/** The text with its emotes told apart. */
export function parts(text: string): (string | Emote)[] {
  const found: (string | Emote)[] = []
  let plain = ''
  for (const word of text.split(/(\s+)/)) {
    const emoji = Object.hasOwn(emojis, word) ? emojis[word] : undefined
    if (!emoji) {
      plain += word
      continue
    }
    if (plain) found.push(plain)
    plain = ''
    const image = images[word]
    found.push({ name: word, emoji, url: image?.src, width: image?.naturalWidth, height: image?.naturalHeight })
  }
  if (plain) found.push(plain)
  return found
}
