/** The chat: the newest line at the bottom, in sight unless the reader has scrolled up. */

import { memo } from '../ui/memo'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Line } from '../api/contract'
import { t, tCount, tMaybe } from '../i18n'
import { parts } from '../emotes'
import type { ChatFeed, FeedState } from '../stream/feed'
import { readableColor } from '../ui/color'
import { useStore } from '../ui/use-store'
import { chatSettings } from './chat-settings'

/** Nearer to the end than this counts as being there. */
const AT_END_PX = 48

export function ChatWindow({ feed, waiting }: { feed: ChatFeed; waiting: boolean }) {
  const now = useStore(feed.state)
  const { size } = useStore(chatSettings)
  const box = useRef<HTMLDivElement>(null)
  // Who has scrolled up reads a chat that stands still; what comes meanwhile is counted.
  const [held, hold] = useState<FeedState | undefined>()
  const follows = held === undefined
  const { lines, total } = held ?? now
  const unread = now.total - total

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }
  useLayoutEffect(() => {
    if (follows) toEnd()
  }, [total, follows, size])
  // An emptied chat has nothing to go on reading.
  useLayoutEffect(() => {
    if (unread < 0) hold(undefined)
  }, [unread])
  useEffect(() => {
    const watch = new ResizeObserver(() => follows && toEnd())
    watch.observe(box.current!)
    return () => watch.disconnect()
  }, [follows])

  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current!
    const atEnd = scrollHeight - scrollTop - clientHeight < AT_END_PX
    if (atEnd && !follows) hold(undefined)
    if (!atEnd && follows) hold(now)
  }

  const catchUp = () => {
    hold(undefined)
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
      <span key={badge} class={`chat-badge chat-badge-${badge}`} role="img" {...named(badge)} />
    ))}
    <bdi class="chat-author" style={{ color: readableColor(line.color) }}>
      {line.username}
    </bdi>
    <span class="chat-colon" />
    <bdi class="chat-text">{parts(line.content).map(drawn)}</bdi>
  </p>
))

const drawn = (part: ReturnType<typeof parts>[number]) => {
  if (typeof part === 'string') return part
  const { name, emoji, url, width, height } = part
  return url ? (
    <img class="emote" src={url} alt={name} title={name} width={width} height={height} />
  ) : (
    <span class="emote" role="img" aria-label={name} title={name}>
      {emoji}
    </span>
  )
}

const named = (badge: string) => {
  const name = tMaybe(`badge.${badge}`) ?? badge
  return { 'aria-label': name, title: name }
}

function EmptyChat({ waiting }: { waiting: boolean }) {
  return (
    <div class="chat-empty">
      <p class="chat-empty-title">{t('chat.empty')}</p>
      <p>{t(waiting ? 'chat.soon' : 'chat.emptyHint')}</p>
    </div>
  )
}

const clockFace = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const timeOfDay = (epochMs: number): string => clockFace.format(epochMs)
