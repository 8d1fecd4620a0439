/** What OBS shows: the last lines, and a note that goes away. Plain DOM, line by line. */

import type { Line } from '../api/contract'
import { parts, type Emote } from '../emotes'
import { readableColor } from '../ui/color'

const NOTE_MS = 10_000

export function createView(chat: HTMLElement, note: HTMLElement) {
  const shown = new Map<string, HTMLElement>()
  let noteTimer: ReturnType<typeof setTimeout> | undefined

  // A line that has faded is gone, and with the last one the label below them.
  chat.addEventListener('animationend', ({ animationName, target }) => {
    if (animationName === 'line-out') (target as HTMLElement).remove()
  })

  return {
    /** Draws these lines and no others, emotes as images or as words; one that has faded does not come back. */
    draw(lines: readonly Line[], emotes = true): void {
      const wanted = new Set(lines.map((line) => line.id))
      for (const [id, element] of shown) {
        if (wanted.has(id)) continue
        element.remove()
        shown.delete(id)
      }
      for (const line of lines) {
        if (shown.has(line.id)) continue
        const element = lineElement(line, emotes)
        shown.set(line.id, element)
        chat.append(element)
      }
    },

    /** Forgets what is drawn, for a look that draws it in another way. */
    clear(): void {
      this.draw([])
    },

    label(text: string): void {
      chat.dataset.label = text
    },

    /** Says something for 10 s. */
    say(text: string): void {
      clearTimeout(noteTimer)
      note.textContent = text
      note.hidden = false
      noteTimer = setTimeout(() => (note.hidden = true), NOTE_MS)
    },

    hush(): void {
      clearTimeout(noteTimer)
      note.hidden = true
    },
  }
}

/** Its class names are for the streamer's own CSS and stay: docs/overlay.md. */
function lineElement(
  { id, username, content, color, badges, timestamp, category }: Line,
  emotes: boolean,
): HTMLElement {
  const line = element('p', 'chat-line')
  Object.assign(line.dataset, { id, category, initial: Array.from(username)[0] })
  line.style.setProperty('--color', readableColor(color))
  const text = element('bdi', 'chat-text')
  text.append(...(emotes ? parts(content).map(drawn) : [content]))
  line.append(
    element('time', 'chat-time', new Date(timestamp).toTimeString().slice(0, 5)),
    ...(badges ?? []).map((badge) => element('span', `chat-badge chat-badge-${badge}`)),
    element('bdi', 'chat-author', username),
    element('span', 'chat-colon'),
    text,
  )
  return line
}

function drawn(part: string | Emote): string | Node {
  if (typeof part === 'string') return part
  const { name, emoji, url, width, height } = part
  if (!url) return Object.assign(element('span', 'emote', emoji), { role: 'img', ariaLabel: name })
  return Object.assign(document.createElement('img'), { className: 'emote', src: url, alt: name, width, height })
}

function element(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}
