/** The overlay with a chat of its own, for the picture on the dashboard: no key, no show, no request. */

import type { Line } from '../api/contract'
import { i18n, t } from '../i18n'

const EVERY_MS = 1_600
// As many of each as there are samples, so that a name keeps its own.
const COLORS = ['#ff9e7a', '#7ee0c3', '#c6a2ff', '#ffd166', '#8cc8ff', '#ff9ecb']
const BADGES = [['moderator'], [], ['subscriber'], ['first-timer'], ['vip'], []]
/** As many as the longest chat keeps. */
const KEPT = 50

/** Says the sample lines, `name: text` each, round and round; `changed` hears of every new one. */
export function previewLines(changed: () => void): () => readonly Line[] {
  let lines: Line[] = []
  let count = 0
  const speak = () => {
    const samples = t('overlay.samples').split('\n')
    const [username = '', content = ''] = samples[count % samples.length]!.split(': ')
    const made = { username, content, category: 'reactions', timestamp: Date.now(), id: `preview.${count}` }
    const line = { ...made, color: COLORS[count % COLORS.length]!, badges: BADGES[count % BADGES.length]! }
    lines = [...lines, line].slice(-KEPT)
    count++
  }
  const startOver = () => {
    lines = []
    for (let k = 0; k < KEPT; k++) speak()
    changed()
  }
  i18n.subscribe(startOver)
  startOver()
  setInterval(() => {
    speak()
    changed()
  }, EVERY_MS)
  return () => lines
}
