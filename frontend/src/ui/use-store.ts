import { useEffect, useState } from 'preact/hooks'
import type { Store } from './store'

/** The store's value, drawing the component again when it changes. */
export function useStore<T extends object>(store: Store<T>): T {
  const [, redraw] = useState(0)
  useEffect(() => {
    const seen = store.get()
    const listen = () => redraw((n) => n + 1)
    const stop = store.subscribe(listen)
    if (store.get() !== seen) listen()
    return stop
  }, [store])
  return store.get()
}
