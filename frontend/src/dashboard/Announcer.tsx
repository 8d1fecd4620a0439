/** Reads the newest line to a screen reader, one in 5 s at most: the log itself stays silent. */

import { useEffect, useState } from 'preact/hooks'
import type { ChatFeed } from '../stream/feed'

const EVERY_MS = 5_000

export function Announcer({ feed }: { feed: ChatFeed }) {
  const [said, say] = useState('')
  useEffect(() => {
    const timer = setInterval(() => {
      const newest = feed.state.get().lines.at(-1)
      if (newest) say(`${newest.username}: ${newest.content}`)
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  )
}
