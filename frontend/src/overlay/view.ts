/** What OBS shows: the last lines, and a note that goes away. Plain DOM, line by line. */

import type { Line } from '../api/contract'
import { readableColor } from '../ui/color'

const NOTE_MS = 10_000

export function createView(chat: HTMLElement, note: HTMLElement) {
  const drawn = new Map<string, HTMLElement>()
  let noteTimer: ReturnType<typeof setTimeout> | undefined

  // A line that has faded is gone, and with the last one the label below them.
  chat.addEventListener('animationend', ({ animationName, target }) => {
    if (animationName === 'line-out') (target as HTMLElement).remove()
  })

  return {
    /** Draws these lines and no others; one that has faded does not come back. */
    draw(lines: readonly Line[]): void {
      const wanted = new Set(lines.map((line) => line.id))
      for (const [id, element] of drawn) {
        if (wanted.has(id)) continue
        element.remove()
        drawn.delete(id)
      }
      for (const line of lines) {
        if (drawn.has(line.id)) continue
        const element = lineElement(line)
        drawn.set(line.id, element)
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

export type View = ReturnType<typeof createView>

/** Its class names are for the streamer's own CSS and stay: docs/overlay.md. */
function lineElement({ id, username, content, color, badges, timestamp, category }: Line): HTMLElement {
  const line = element('p', 'chat-line')
  Object.assign(line.dataset, { id, category, initial: Array.from(username)[0] })
  line.style.setProperty('--color', readableColor(color))
  const text = element('bdi', 'chat-text')
  text.append(...textNodes(content))
  line.append(
    element('time', 'chat-time', new Date(timestamp).toTimeString().slice(0, 5)),
    ...(badges ?? []).map((badge) => element('span', `chat-badge chat-badge-${badge}`)),
    element('bdi', 'chat-author', username),
    element('span', 'chat-colon'),
    text,
  )
  return line
}

/** A line's text as what is put on the page. */
const textNodes = (text: string): Node[] => [document.createTextNode(text)]

function element(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}
