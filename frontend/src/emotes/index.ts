/**
 * Emotes by name, those of a checked list and no others: 7TV's image where it has come, an emoji until then and where
 * none comes. No line waits for any of it.
 */

import listUrl from './emotes.json?url&no-inline'

const SET_URL = 'https://7tv.io/v3/emote-sets/global'
const IMAGES_URL = 'https://cdn.7tv.app/emote'
const TIMEOUT_MS = 2_500
/** The images' addresses stay known while the tab is open. */
const KEPT = 'chatsim-7tv'

/** `url`, and with it the size in pixels, once the image is there: drawing it moves nothing. */
export interface Emote {
  name: string
  emoji: string
  url: string | undefined
  width: number | undefined
  height: number | undefined
}

let emojis = new Map<string, string>()
const images = new Map<string, HTMLImageElement>()

/** Fetches the list and the images. Never fails: what cannot be had stays a text or an emoji. */
export async function loadEmotes(): Promise<void> {
  try {
    emojis = new Map(Object.entries((await json(listUrl)) as Record<string, string>))
    // Whoever asked for less motion gets the still ones.
    const file = matchMedia('(prefers-reduced-motion: reduce)').matches ? '2x_static' : '2x'
    for (const [name, id] of await onOurList()) {
      const image = new Image()
      image.onload = () => images.set(name, image)
      image.src = `${IMAGES_URL}/${id}/${file}.webp`
    }
  } catch {
    // Refused, hanging or broken.
  }
}

/** The text with its emotes told apart. */
export function parts(text: string): (string | Emote)[] {
  const found: (string | Emote)[] = []
  let plain = ''
  for (const word of text.split(/(\s+)/)) {
    const emoji = emojis.get(word)
    if (emoji === undefined) {
      plain += word
      continue
    }
    if (plain) found.push(plain)
    plain = ''
    const image = images.get(word)
    found.push({ name: word, emoji, url: image?.src, width: image?.naturalWidth, height: image?.naturalHeight })
  }
  if (plain) found.push(plain)
  return found
}

/** Name and id of the emotes both our list and 7TV's set have. */
async function onOurList(): Promise<[name: string, id: string][]> {
  const kept = sessionStorage.getItem(KEPT)
  if (kept) return JSON.parse(kept) as [string, string][]
  const { emotes } = (await json(SET_URL)) as { emotes: { name: string; id: string }[] }
  const known = emotes
    .filter(({ name, id }) => emojis.has(name) && /^\w+$/.test(id))
    .map(({ name, id }): [string, string] => [name, id])
  sessionStorage.setItem(KEPT, JSON.stringify(known))
  return known
}

async function json(url: string): Promise<unknown> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS)
  try {
    return await (await fetch(url, { signal: abort.signal })).json()
  } finally {
    clearTimeout(timer)
  }
}
