/** The overlay's look: read from what was saved and from its address, and put on the page. */

import { SAVED_RULES, UNSAVED, type Rule, type Values } from './options'

/** What is saved, and what only an address says. */
export const RULES = {
  ...SAVED_RULES,
  /** Below the letters, px. */
  shadow: { min: 0, max: 20 },
  animate: 'boolean',
  /** Where the lines go: the newest at the bottom, or at the top. */
  direction: ['up', 'down'],
  align: ['left', 'center', 'right'],
} as const satisfies Record<string, Rule>

export type Look = Values<typeof RULES>

export const DEFAULT_LOOK: Look = { ...UNSAVED, shadow: 0, animate: true, direction: 'up', align: 'left' }

/** `raw` as a value the rule allows: a number is brought within its bounds, anything else is undefined. */
function read(rule: Rule, raw: unknown): unknown {
  const text = String(raw).trim()
  const word = text.toLowerCase()
  if (rule === 'boolean') return /^(true|1|yes|on)$/.test(word) || (/^(false|0|no|off)$/.test(word) ? false : undefined)
  if (rule instanceof RegExp) return text && (rule.exec(text)?.[0] ?? undefined)
  if ('min' in rule) {
    const number = Math.round(Number(text))
    return text && !Number.isNaN(number) ? Math.min(rule.max, Math.max(rule.min, number)) : undefined
  }
  return rule.includes(word) ? word : undefined
}

/** What of `from` is an option with a value: the rest is ignored. */
export function parseLook(from: Record<string, unknown>): Partial<Look> {
  const found = Object.entries(RULES).map(([name, rule]) => [name, name in from ? read(rule, from[name]) : undefined])
  return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as Partial<Look>
}

/** Options in an overlay's address, before the # or behind it. */
export const optionsOf = ({ search, hash }: Pick<Location, 'search' | 'hash'>): Record<string, string> =>
  Object.fromEntries([...new URLSearchParams(search), ...new URLSearchParams(hash.slice(1))])

/** The whole look: what the address says, else what is saved, else the default. */
export const mergeLook = (saved: Record<string, unknown>, address: Record<string, unknown>): Look => ({
  ...DEFAULT_LOOK,
  ...parseLook(saved),
  ...parseLook(address),
})

/** Of these lines the ones to show: the newest, and none of a blocked name. */
export function chosenLines<L extends { username: string }>(lines: readonly L[], { block, max }: Look): L[] {
  const blocked = new Set(block.split(',').map(nameKey))
  return lines.filter(({ username }) => !blocked.has(nameKey(username))).slice(-max)
}

const nameKey = (name: string): string => name.trim().replace(/^@/, '').toLowerCase()

/**
 * Puts a look on the page for the style sheet: `data-<option>` where it asks what was chosen, `--<option>` where it
 * counts or draws with it. Which lines are shown, and in which language, is not for a style sheet.
 */
export function applyLook(look: Look, root: Pick<HTMLElement, 'dataset' | 'style'>): void {
  const { font, bg, block: _, lang: __, ...rest } = look
  for (const [name, value] of Object.entries({ bg, ...rest })) {
    root.dataset[name] = String(value)
    if (typeof value === 'number') root.style.setProperty(`--${name}`, `${value}${name === 'fade' ? 's' : 'px'}`)
  }
  root.style.setProperty('--font', font ? `"${font}"` : 'var(--sans)')
  root.style.setProperty('--bg', `#${bg}`)
}
