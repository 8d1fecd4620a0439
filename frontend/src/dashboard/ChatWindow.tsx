/** The chat: the newest line at the bottom, in sight unless the reader has scrolled up. */

import { memo } from '../ui/memo'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Line } from '../api/contract'
import { t, tCount, tMaybe } from '../i18n'
import type { ChatFeed } from '../stream/feed'
import { readableColor } from '../ui/color'
import { BubbleIcon } from '../ui/icons'
import { useStore } from '../ui/use-store'

/** Nearer to the end than this counts as being there. */
const AT_END_PX = 48

export function ChatWindow({ feed, waiting }: { feed: ChatFeed; waiting: boolean }) {
  const { lines, total } = useStore(feed.state)
  const box = useRef<HTMLDivElement>(null)
  const [readUpTo, setReadUpTo] = useState<number | undefined>()
  const follows = readUpTo === undefined
  const unread = follows ? 0 : Math.max(0, total - readUpTo)

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }
  useLayoutEffect(() => {
    if (follows) toEnd()
  }, [total, follows])
  useEffect(() => {
    const watch = new ResizeObserver(() => follows && toEnd())
    watch.observe(box.current!)
    return () => watch.disconnect()
  }, [follows])

  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current!
    const atEnd = scrollHeight - scrollTop - clientHeight < AT_END_PX
    if (atEnd && !follows) setReadUpTo(undefined)
    if (!atEnd && follows) setReadUpTo(total)
  }

  const catchUp = () => {
    setReadUpTo(undefined)
    // The button is about to go; the keyboard stays with the chat.
    box.current!.focus({ preventScroll: true })
  }

  return (
    <div class="chat-body">
      {/* A line a second floods a screen reader: the log is there to be read, and does not speak by itself. */}
      <div
        class="chat-log"
        role="log"
        aria-live="off"
        aria-label={t('chat.heading')}
        tabIndex={0}
        ref={box}
        onScroll={onScroll}
      >
        {lines.length === 0 && <EmptyChat waiting={waiting} />}
        {lines.map((line) => (
          <ChatLine key={line.id} line={line} />
        ))}
      </div>
      {unread > 0 && (
        <button type="button" class="chat-new" onClick={catchUp}>
          {tCount('chat.new', unread)}
        </button>
      )}
    </div>
  )
}

const ChatLine = memo(({ line }: { line: Line }) => (
  <p class="chat-line" data-id={line.id} data-category={line.category}>
    <time class="chat-time">{timeOfDay(line.timestamp)}</time>
    {line.badges?.map((badge) => (
      <Badge key={badge} badge={badge} />
    ))}
    <bdi class="chat-author" style={{ color: readableColor(line.color) }}>
      {line.username}
    </bdi>
    <span class="chat-colon">: </span>
    <bdi class="chat-text">{line.content}</bdi>
  </p>
))

const BADGE_SHAPES: Partial<Record<string, string>> = {
  moderator: 'M9.8 1.6h4.6v4.6L8.2 11l1.2 1.2-1.2 1.2-2-2-2.8 2.8-1.6-1.6 2.8-2.8-2-2 1.2-1.2L5 7.8z',
  subscriber: 'm8 1.5 2 4.3 4.7.6-3.5 3.2.9 4.7L8 12l-4.1 2.3.9-4.7L1.3 6.4 6 5.8z',
  vip: 'M4.3 2.5h7.4L15 6.5 8 14 1 6.5z',
}

function Badge({ badge }: { badge: string }) {
  const shape = BADGE_SHAPES[badge]
  if (!shape) return null
  return (
    <svg
      class={`chat-badge chat-badge-${badge}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      role="img"
      aria-label={tMaybe(`badge.${badge}`) ?? badge}
    >
      <path d={shape} />
    </svg>
  )
}

function EmptyChat({ waiting }: { waiting: boolean }) {
  return (
    <div class="chat-empty">
      <BubbleIcon />
      <p class="chat-empty-title">{t('chat.empty')}</p>
      <p>{t(waiting ? 'chat.soon' : 'chat.emptyHint')}</p>
    </div>
  )
}

const clockFace = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const timeOfDay = (epochMs: number): string => clockFace.format(epochMs)
