/** Name colours that can be read: contrast by WCAG 2.2, https://www.w3.org/TR/WCAG22/#contrast-minimum */

export const MIN_CONTRAST = 5
/** The lightest of the chat's backgrounds, `--chat-panel` in platforms.css: what is readable there is on the others. */
export const PANEL = '#18181b'
const FALLBACK = '#b9b2cc'

const readable = new Map<string, string>()

/** `color` (#rrggbb), lightened towards white until it stands out from the panel; a fallback for what is no colour. */
export function readableColor(color: string): string {
  let answer = readable.get(color)
  if (answer === undefined) readable.set(color, (answer = lighten(color)))
  return answer
}

function lighten(color: string): string {
  if (!/^#[\da-f]{6}$/i.test(color)) return FALLBACK
  const panel = luminance(channels(PANEL))
  let [r, g, b] = channels(color)
  for (let step = 0; step < 20; step++) {
    if (contrast(luminance([r, g, b]), panel) >= MIN_CONTRAST) break
    ;[r, g, b] = [r, g, b].map((value) => value + (255 - value) * 0.12) as [number, number, number]
  }
  return `#${[r, g, b].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`
}

export const contrastOf = (one: string, other: string): number =>
  contrast(luminance(channels(one)), luminance(channels(other)))

const channels = (color: string): [number, number, number] => [
  Number.parseInt(color.slice(1, 3), 16),
  Number.parseInt(color.slice(3, 5), 16),
  Number.parseInt(color.slice(5, 7), 16),
]

function luminance(rgb: [number, number, number]): number {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

const contrast = (one: number, other: number): number => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
