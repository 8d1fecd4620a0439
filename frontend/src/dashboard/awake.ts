/** Keeps the screen on where browsers allow it, until the answer is called. */
export function keepAwake(): () => void {
  let lock: Promise<WakeLockSentinel | undefined> | undefined
  // A page that was hidden has lost it.
  const take = () => {
    if (!document.hidden) lock = navigator.wakeLock?.request('screen').catch(() => undefined)
  }
  document.addEventListener('visibilitychange', take)
  take()
  return () => {
    document.removeEventListener('visibilitychange', take)
    void lock?.then((held) => held?.release())
  }
}
