/** Whether anybody can see this page: the browser says so, and OBS says so of its sources. */

type SourceChange = CustomEvent<{ visible?: boolean; active?: boolean }>

/** `visible()` resolves when it is: a hidden source asks nothing. */
export function watchVisible(): () => Promise<void> {
  let shownInObs = true
  let seen: () => void = () => undefined
  const isVisible = () => shownInObs && document.visibilityState !== 'hidden'
  const look = () => {
    if (isVisible()) seen()
  }
  // A source may be shown without being on air; what was heard last counts, and on air it is heard again.
  const heard = (event: Event) => {
    const { visible, active } = (event as SourceChange).detail
    shownInObs = visible ?? active ?? true
    look()
  }
  addEventListener('obsSourceVisibleChanged', heard)
  addEventListener('obsSourceActiveChanged', heard)
  document.addEventListener('visibilitychange', look)
  return async () => {
    if (!isVisible()) await new Promise<void>((resolve) => (seen = resolve))
  }
}
