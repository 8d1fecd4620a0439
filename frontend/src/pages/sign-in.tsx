/** Sign-in and sign-up: on one's own machine they are the same. */

import '../styles/app.css'
import { useEffect, useState } from 'preact/hooks'
import type { Auth } from '../auth'
import { i18n, t } from '../i18n'
import { afterSignIn } from '../ui/paths'
import { Alert, Topbar } from '../ui/Shell'
import { start } from '../ui/start'
import { useStore } from '../ui/use-store'
import { errorText } from '../ui/text'

const DEFAULT_NAME = 'demo'

function SignIn({ auth }: { auth: Auth }) {
  const { language } = useStore(i18n)
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const destination = afterSignIn(location.search)
  const game = new URLSearchParams(location.search).get('game')?.trim()

  useEffect(() => {
    document.title = t('signIn.title')
  }, [language])

  const enter = async (event: Event) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      await auth.signIn(name.trim() || DEFAULT_NAME)
      location.assign(destination)
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }

  return (
    <>
      <Topbar />
      <main class="card centred">
        <h1>{game ? t('signIn.headingGame', { game }) : t('signIn.heading')}</h1>
        <form class="stack" onSubmit={(event) => void enter(event)}>
          <label class="stack-tight">
            <span>{t('signIn.name')}</span>
            <input
              name="name"
              value={name}
              maxLength={40}
              placeholder={DEFAULT_NAME}
              autocomplete="nickname"
              autofocus
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <small>{t('signIn.hint')}</small>
          </label>
          {error !== undefined && <Alert text={errorText(error)} />}
          <button type="submit" class="primary large" aria-disabled={busy}>
            {busy ? t('signIn.entering') : t('signIn.enter')}
          </button>
        </form>
        <p class="disclaimer">{t('site.disclaimer')}</p>
      </main>
    </>
  )
}

void start((auth) => <SignIn auth={auth} />)
