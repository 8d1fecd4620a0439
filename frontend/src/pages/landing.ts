/** The landing page is complete without this script: it lets the chat run, and changes its game, look and language. */

import '../styles/landing.css'
import { startStaticPage } from '../i18n/static'
import { sampleOf, type Index } from '../landing/find'
import { createPlayer, type Sample } from '../landing/sample'
import { PLATFORMS, preferPlatform, preferredPlatform, type Platform } from '../ui/platform'
import { KEYS, remembered } from '../ui/storage'

/** Typing has come to rest. */
const REST_MS = 300
/** What the chat is about before anybody types, and its sample. */
const FIRST = { game: 'Minecraft', file: 'minecraft' }

const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!
const each = (selector: string, act: (element: HTMLElement) => void) =>
  document.querySelectorAll<HTMLElement>(selector).forEach(act)
const json = async <T>(path: string) => (await (await fetch(`/samples/${path}.json`)).json()) as T

const field = find<HTMLInputElement>('#game')
const chat = find('.sample')

// ── Who is signed in is spared a step ──

const signedInHere = remembered(KEYS.session, (value): value is object => !!value, undefined)
// Clerk's note of when its user signed in; 0 for nobody.
if (signedInHere || /\b__client_uat\w*=[1-9]/.test(document.cookie)) {
  find('form').setAttribute('action', '/dashboard')
  find('[data-sign-in]').setAttribute('href', '/dashboard')
}

// ── The look ──

function wear(platform: Platform): void {
  chat.dataset.platform = platform
  each('[data-look]', (button) => (button.ariaPressed = String(button.dataset.look === platform)))
}

wear(preferredPlatform())
each('[data-look]', (button) => {
  button.onclick = () => {
    const platform = PLATFORMS.find((one) => one === button.dataset.look)!
    preferPlatform(platform)
    wear(platform)
  }
})

// ── The chat ──

let still = matchMedia('(prefers-reduced-motion: reduce)').matches
const player = createPlayer(find('.sample-lines'), still)
let index: Promise<Index> | undefined
let asked = 0

/** Where the sample cannot be had, what is there stays. */
async function show(): Promise<void> {
  const mine = ++asked
  const typed = field.value.trim()
  const game = typed || FIRST.game
  try {
    const file = typed ? sampleOf(typed, await (index ??= json<Index>('games'))) : FIRST.file
    const sample = await json<Sample>(`${document.documentElement.lang}/${file}`)
    if (mine !== asked) return
    const title = sample.title.replace('{game}', () => game)
    find('.sample-game').textContent = title
    player.play(sample, title)
  } catch {
    index = undefined
  }
}

function hold(): void {
  chat.toggleAttribute('data-still', still)
  player.hold(still)
}

hold()
find('[data-hold]').onclick = () => {
  still = !still
  hold()
}

// ── The game ──

let rest = 0
field.oninput = () => {
  each('[data-game]', (button) => (button.ariaPressed = String(button.dataset.game === field.value)))
  clearTimeout(rest)
  rest = window.setTimeout(() => void show(), REST_MS)
}
each('[data-game]', (button) => {
  button.onclick = () => {
    field.value = button.dataset.game!
    field.dispatchEvent(new Event('input'))
  }
})

startStaticPage(() => void show())
