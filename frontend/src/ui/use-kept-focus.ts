import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/** A box whose focus is not lost with a control that goes away: it moves on to the first one that matches `next`. */
export function useKeptFocus<E extends HTMLElement>(next: string): RefObject<E> {
  const box = useRef<E>(null)
  const last = useRef<Node | null>(null)
  useEffect(() => {
    const note = (event: FocusEvent) => (last.current = event.target as Node)
    box.current!.addEventListener('focusin', note)
    return () => box.current?.removeEventListener('focusin', note)
  }, [])
  useLayoutEffect(() => {
    if (!last.current || last.current.isConnected || document.activeElement !== document.body) return
    last.current = null
    box.current!.querySelector<HTMLElement>(next)?.focus({ preventScroll: true })
  })
  return box
}
