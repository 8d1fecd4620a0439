/** The way into OBS: a link for a browser source. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Api } from '../api/client'
import { t } from '../i18n'
import { Alert } from '../ui/Shell'
import { errorText } from '../ui/text'

const COPIED_MS = 2_000

export function ObsCard({ api }: { api: Pick<Api, 'createStreamKey'> }) {
  const [url, setUrl] = useState<string>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  const create = async () => {
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      setUrl((await api.createStreamKey()).url)
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  return (
    <section class="card stack" aria-labelledby="obs-heading">
      <div class="stack-tight">
        <h2 id="obs-heading">{t('obs.heading')}</h2>
        <p class="hint">{t('obs.lead')}</p>
      </div>
      {error !== undefined && <Alert text={errorText(error)} />}
      {url && <Link url={url} />}
      <div class="stack-tight">
        <button type="button" class={url ? 'wide quiet' : 'wide'} aria-disabled={busy} onClick={() => void create()}>
          {busy ? t('obs.creating') : t(url ? 'obs.again' : 'obs.create')}
        </button>
        <small>{t('obs.againHint')}</small>
      </div>
    </section>
  )
}

function Link({ url }: { url: string }) {
  const field = useRef<HTMLInputElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const [copied, setCopied] = useState(false)
  const address = new URL(url, location.origin).href

  // Pressing Enter twice copies the link; it does not make another one, which would end it.
  useEffect(() => button.current?.focus(), [])

  const copy = async () => {
    field.current?.select()
    try {
      await navigator.clipboard.writeText(address)
    } catch {
      // Without the permission the selected text is one Ctrl+C away.
      return
    }
    setCopied(true)
    setTimeout(() => setCopied(false), COPIED_MS)
  }
  return (
    <>
      <div class="field-row">
        <input
          class="obs-url"
          ref={field}
          readOnly
          value={address}
          aria-label={t('obs.link')}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" ref={button} onClick={() => void copy()}>
          <span aria-live="polite">{t(copied ? 'obs.copied' : 'obs.copy')}</span>
        </button>
      </div>
      <ol class="steps">
        <li>{t('obs.step1')}</li>
        <li>{t('obs.step2')}</li>
        <li>{t('obs.step3')}</li>
        <li>{t('obs.step4')}</li>
      </ol>
      <small>{t('obs.private')}</small>
    </>
  )
}
