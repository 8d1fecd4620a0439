/** What OBS shows: the last lines, the newest at the bottom, and a note that goes away. Plain DOM, line by line. */

import type { Line } from '../api/contract'
import { readableColor } from '../ui/color'

const NOTE_MS = 10_000

export function createView(chat: HTMLElement, note: HTMLElement) {
  const drawn = new Map<string, HTMLElement>()
  let noteTimer: ReturnType<typeof setTimeout> | undefined

  return {
    /** Draws these lines and no others. */
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

function lineElement({ id, username, content, color }: Line): HTMLElement {
  const line = element('p', 'chat-line')
  line.dataset.id = id
  const author = element('bdi', 'chat-author', username)
  author.style.color = readableColor(color)
  line.append(author, element('span', 'chat-colon', ': '), element('bdi', 'chat-text', content))
  return line
}

function element(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}
