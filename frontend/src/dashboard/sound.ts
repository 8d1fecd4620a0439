/** A soft sound when the chat asks something. */

import type { ChatFeed } from '../stream/feed'
import { remember, remembered } from '../ui/storage'

const REST_MS = 10_000
const KEY = 'chatsim-sound-at'
const LOUDNESS = 0.05
const SECONDS = 0.5

let audio: AudioContext | undefined

/** Sounds with the next questions, at most one in 10 s over all windows of this browser; the answer ends it. */
export function soundQuestions(feed: ChatFeed): () => void {
  let heard = feed.state.get().total
  return feed.state.subscribe(() => {
    const { lines, total } = feed.state.get()
    const came = total - heard
    heard = total
    if (came > 0 && lines.slice(-came).some(({ category }) => category === 'questions')) ring()
  })
}

/** Browsers let a page sound once somebody has pressed something in it; the switch itself rings. */
export function ring(): void {
  const now = Date.now()
  if (Math.abs(now - remembered(KEY, (at) => typeof at === 'number', 0)) < REST_MS) return
  remember(KEY, now)
  // Not allowed to sound yet: what is asked meanwhile is not kept for later.
  if (audio?.state === 'suspended') return void audio.resume()
  audio ??= new AudioContext()
  const from = audio.currentTime
  const tone = audio.createOscillator()
  const volume = audio.createGain()
  tone.frequency.setValueAtTime(660, from)
  tone.frequency.setValueAtTime(880, from + SECONDS / 4)
  volume.gain.setValueAtTime(0, from)
  volume.gain.linearRampToValueAtTime(LOUDNESS, from + 0.03)
  volume.gain.exponentialRampToValueAtTime(0.001, from + SECONDS)
  tone.connect(volume).connect(audio.destination)
  tone.start()
  tone.stop(from + SECONDS)
}
