/** How a page begins: its language, then who is signed in; or, in words, why it cannot. */

import { render, type ComponentChild } from 'preact'
import { useState } from 'preact/hooks'
import { openAuth, type Auth } from '../auth'
import { ConfigError } from '../auth/config'
import { i18n, startLanguage, t } from '../i18n'
import { useStore } from './use-store'
import { Topbar } from './Shell'

/** Draws what `page` makes into #app, once there is a language and a way to sign in. */
export async function start(page: (auth: Auth) => ComponentChild): Promise<void> {
  const root = document.getElementById('app')!
  await startLanguage()
  const attempt = async () => {
    try {
      const auth = await openAuth()
      render(page(auth), root)
    } catch (error) {
      render(<CannotStart reason={error instanceof ConfigError ? error.reason : 'missing'} onRetry={attempt} />, root)
    }
  }
  await attempt()
}

function CannotStart({ reason, onRetry }: { reason: ConfigError['reason']; onRetry: () => Promise<void> }) {
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
      <main class="card centred" role="alert">
        <h1>{t('config.title')}</h1>
        <p>{t(`config.${reason}`)}</p>
        <button type="button" class="primary" aria-disabled={trying} onClick={() => void retry()}>
          {t('site.retry')}
        </button>
      </main>
    </>
  )
}
