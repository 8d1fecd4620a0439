import { useEffect, useRef } from 'preact/hooks'
import { t } from '../../i18n'
import { useStore } from '../../ui/use-store'
import type { ObsLink } from './link'

/** The overlay itself over something like a game, so that what is seen here is what OBS draws. */
export function Preview({ link }: { link: ObsLink }) {
  const { look } = useStore(link.state)
  const frame = useRef<HTMLIFrameElement>(null)

  // Another fragment is no other page; replaced, it leaves no step in the browser's history.
  useEffect(() => {
    const options = new URLSearchParams(look as unknown as Record<string, string>)
    frame.current!.contentWindow!.location.replace(`/overlay#preview&${options}`)
  }, [look])

  return (
    <div class="obs-scene">
      <iframe ref={frame} title={t('obs.preview')} tabIndex={-1} />
    </div>
  )
}
