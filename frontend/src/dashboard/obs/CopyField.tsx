import { useEffect, useRef, useState } from 'preact/hooks'
import { t } from '../../i18n'

const COPIED_MS = 2_000

/** An address with a button that copies it. */
export function CopyField({ label, value, focus }: { label: string; value: string; focus?: boolean }) {
  const field = useRef<HTMLInputElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const [copied, setCopied] = useState(false)

  // Pressing Enter twice copies a link just made; it does not make another one, which would end it.
  useEffect(() => {
    if (focus) button.current?.focus({ preventScroll: true })
  }, [focus])

  const copy = async () => {
    field.current?.select()
    try {
      await navigator.clipboard.writeText(value)
    } catch {
      // Without the permission the selected text is one Ctrl+C away.
      return
    }
    setCopied(true)
    setTimeout(() => setCopied(false), COPIED_MS)
  }
  return (
    <div class="field-row">
      <input ref={field} readOnly value={value} aria-label={label} onFocus={(event) => event.currentTarget.select()} />
      <button type="button" ref={button} onClick={() => void copy()}>
        <span aria-live="polite">{t(copied ? 'obs.copied' : 'obs.copyLink')}</span>
      </button>
    </div>
  )
}
