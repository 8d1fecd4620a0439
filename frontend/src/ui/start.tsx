/** How a page begins: its language, then who is signed in; or, in words, why it cannot. */

import { render, type ComponentChild } from 'preact'
import { useState } from 'preact/hooks'
import { StartError, type Reason } from '../auth/opening'
import { i18n, startLanguage, t } from '../i18n'
import { useStore } from './use-store'
import { Topbar } from './Shell'

/** English that takes longer comes when it comes; until then the page speaks Spanish. */
const SPEAKING_MS = 800

/** Draws what `page` makes of what `open` gave into #app, in place of the words that stand there until then. */
export async function start<T>(open: () => Promise<T>, page: (opened: T) => ComponentChild): Promise<void> {
  const root = document.getElementById('app')!
  const attempt = async () => {
    try {
      const opened = await open()
      render(page(opened), root)
    } catch (error) {
      if (!(error instanceof StartError)) throw error
      render(<CannotStart reason={error.reason} onRetry={attempt} />, root)
    }
  }
  await Promise.race([startLanguage(), new Promise((resolve) => setTimeout(resolve, SPEAKING_MS))])
  await attempt()
}

function CannotStart({ reason, onRetry }: { reason: Reason; onRetry: () => Promise<void> }) {
  useStore(i18n)
  const [trying, setTrying] = useState(false)
  const retry = async () => {
    if (trying) return
    setTrying(true)
    await onRetry()
    setTrying(false)
  }
  return (
    <>
      <Topbar />
      <main class="card centred">
        <h1>{t('config.title')}</h1>
        <p role="alert">{t(`config.${reason}`)}</p>
        <button type="button" class="primary" aria-disabled={trying} onClick={() => void retry()}>
          {t(trying ? 'site.trying' : 'site.retry')}
        </button>
      </main>
    </>
  )
}
