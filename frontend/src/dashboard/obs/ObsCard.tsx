/** The way into OBS: three ways to put the chat there, how it looks, and whether it has arrived. */

import { useEffect, useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import { t, type Key } from '../../i18n'
import { Alert } from '../../ui/Shell'
import { errorText } from '../../ui/text'
import { useKeptFocus } from '../../ui/use-kept-focus'
import { useStore } from '../../ui/use-store'
import { CopyField } from './CopyField'
import type { ObsLink } from './link'
import { LookControls } from './LookControls'
import { Preview } from './Preview'

/** Somebody who is about to paste the link waits to hear; once it works, once a minute will do, as a show tells it. */
const ASK_MS = 10_000
const ASK_SELDOM_MS = 60_000

interface Props {
  link: ObsLink
  /** Whether a show that runs tells the link how it stands. */
  told: boolean
  /** Hears that there is a link, made here or elsewhere. */
  onLinked?: () => void
}

export function ObsCard({ link, told, onLinked }: Props) {
  const { exists, url, connected, busy, error } = useStore(link.state)
  const [open, setOpen] = useState(false)
  const card = useKeptFocus<HTMLElement>('button')
  const [clicked, setClicked] = useState(false)
  const [sent, setSent] = useState(false)

  useEffect(() => {
    if (exists) onLinked?.()
  }, [exists])
  useEffect(() => {
    if (!open || !url || (connected && told)) return
    const ask = () => document.visibilityState === 'visible' && void link.load()
    ask()
    const timer = setInterval(ask, connected ? ASK_SELDOM_MS : ASK_MS)
    return () => clearInterval(timer)
  }, [open, url, connected, told])

  const create = async () => {
    if (await link.create()) setOpen(true)
  }
  // The address is one for OBS, not for this window.
  const onClick = (event: Event) => {
    event.preventDefault()
    setClicked(true)
  }
  const createButton = (
    <button type="button" class="wide" aria-disabled={busy} onClick={() => void create()}>
      {t(busy ? 'obs.creating' : exists ? 'obs.again' : 'obs.create')}
    </button>
  )
  return (
    <section class="card stack obs" ref={card} aria-labelledby="obs-heading">
      <div class="obs-head">
        <h2 id="obs-heading">{t('obs.heading')}</h2>
        {url && (
          <span class="obs-state" data-connected={connected} role="status">
            {t(connected ? 'obs.connected' : 'obs.notConnected')}
          </span>
        )}
      </div>
      {error !== undefined && <Alert text={errorText(error)} />}
      {exists !== undefined && !url && (
        <>
          <p class="hint">{t(exists ? 'obs.elsewhere' : 'obs.lead')}</p>
          {createButton}
        </>
      )}
      {url && (
        <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{t('obs.open')}</summary>
          {open && (
            <div class="stack obs-panel">
              <Way name="drag" open>
                <a class="button primary" draggable href={draggable(url)} onClick={onClick}>
                  {t(clicked ? 'obs.dragHint' : 'obs.drag')}
                </a>
              </Way>
              <Way name="copy" open>
                <CopyField label={t('obs.link')} value={url} focus />
                <small>{t('obs.private')}</small>
              </Way>
              <Way name="dock">
                <CopyField label={t('obs.dockLink')} value={`${location.origin}/dashboard?view=chat`} />
              </Way>
              <div class="stack-tight">
                <Preview link={link} />
                <LookControls link={link} />
                <button type="button" aria-disabled={busy} onClick={async () => setSent(await link.sendTest())}>
                  {t('obs.test')}
                </button>
                <small role="status">{sent && t('obs.sent')}</small>
              </div>
              <div class="obs-end">
                {createButton}
                <button type="button" class="quiet" aria-disabled={busy} onClick={() => void link.revoke()}>
                  {t('obs.revoke')}
                </button>
              </div>
              <small>{t('obs.againHint')}</small>
            </div>
          )}
        </details>
      )}
    </section>
  )
}

/** OBS reads the name and the size of the new source out of the address that is dropped on it. */
const draggable = (url: string): string => url.replace('#', '?layer-name=Chat&layer-width=400&layer-height=700#')

function Way({ name, open = false, children }: { name: 'drag' | 'copy' | 'dock'; open?: boolean; children: ComponentChildren }) {
  return (
    <details class="obs-way" open={open}>
      <summary>{t(`obs.${name}.heading`)}</summary>
      <div class="stack-tight">
        {children}
        <ol class="obs-steps">
          {t(`obs.${name}.steps` as Key)
            .split('\n')
            .map((step) => (
              <li key={step}>{step}</li>
            ))}
        </ol>
      </div>
    </details>
  )
}
