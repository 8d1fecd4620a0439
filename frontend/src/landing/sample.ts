/** A chat that runs by itself: an excerpt of a real show (local/samples.py), at its own pace, over and over. */

export interface Sample {
  /** Name of the game; `{game}`, here and in the texts, is what was typed. */
  title: string
  /** Milliseconds from its first line to when it begins again. */
  lasts: number
  lines: SampleLine[]
}

interface SampleLine {
  due: number
  author: string
  color: string
  badges: string[]
  text: string
}

/** Lines kept, and there at once: a chat one comes upon has been talking already. */
const SHOWN = 16

export interface Player {
  /** Plays a sample of `game`, from now on instead of what was there. */
  play(sample: Sample, game: string): void
  /** Stops where it is, or goes on. */
  hold(still: boolean): void
}

export function createPlayer(list: HTMLElement, still: boolean): Player {
  let lines: SampleLine[] = []
  let lasts = 0
  let game = ''
  let next = 0
  let timer = 0

  const add = () => {
    list.append(drawn(lines[next++ % lines.length]!, game))
    while (list.children.length > SHOWN) list.firstChild!.remove()
  }
  const wait = () => {
    if (still || !lines.length) return
    const [last, coming] = [lines[(next - 1) % lines.length]!, lines[next % lines.length]!]
    timer = window.setTimeout(() => (add(), wait()), (coming.due - last.due + lasts) % lasts)
  }
  return {
    play(sample, name) {
      clearTimeout(timer)
      ;({ lines, lasts } = sample)
      game = name
      next = 0
      list.replaceChildren()
      while (next < SHOWN) add()
      wait()
    },
    hold(stand) {
      clearTimeout(timer)
      still = stand
      wait()
    },
  }
}

function drawn({ author, color, badges, text }: SampleLine, game: string): HTMLElement {
  const line = document.createElement('li')
  line.style.setProperty('--name', color)
  line.dataset.initial = author[0]!
  for (const badge of badges) part('i', badge)
  part('b').textContent = author
  part('span').textContent = text.replaceAll('{game}', () => game)
  return line

  function part(tag: string, name = ''): HTMLElement {
    const made = line.appendChild(document.createElement(tag))
    made.className = name
    return made
  }
}
