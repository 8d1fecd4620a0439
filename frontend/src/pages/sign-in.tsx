/** Sign-in and sign-up. */

import '../styles/app.css'
import { useEffect } from 'preact/hooks'
import { openEntry, type Entry, type EntryPage } from '../auth/entry'
import { i18n, t } from '../i18n'
import { afterSignIn } from '../ui/paths'
import { Topbar } from '../ui/Shell'
import { start } from '../ui/start'
import { useStore } from '../ui/use-store'

const page: EntryPage = location.pathname.includes('sign-up') ? 'sign-up' : 'sign-in'
const prefix = page === 'sign-up' ? 'signUp' : 'signIn'
const destination = afterSignIn(location.search)

function SignIn({ Form }: Pick<Entry, 'Form'>) {
  const { language } = useStore(i18n)
  const game = new URLSearchParams(location.search).get('game')?.trim()

  useEffect(() => {
    document.title = t(`${prefix}.title`)
  }, [language])

  return (
    <>
      <Topbar />
      <main class="card centred">
        <h1>{game ? t('signIn.headingGame', { game }) : t(`${prefix}.heading`)}</h1>
        <Form page={page} destination={destination} />
        <p class="disclaimer">{t('site.disclaimer')}</p>
      </main>
    </>
  )
}

void start(openEntry, ({ auth, Form }) => {
  if (auth.user()) {
    location.replace(destination)
    return null
  }
  return <SignIn Form={Form} />
})
