/** The form of one's own machine: a name is enough, and a new one needs no more than a known one. */

import { useState } from 'preact/hooks'
import { t } from '../i18n'
import { Alert } from '../ui/Shell'
import { errorText } from '../ui/text'
import type { Entry, FormProps } from './entry'
import { lastName, type LocalAuth } from './local'

const DEFAULT_NAME = 'demo'

export const nameForm =
  (auth: LocalAuth): Entry['Form'] =>
  (props) => <NameForm auth={auth} {...props} />

function NameForm({ auth, page, destination }: FormProps & { auth: LocalAuth }) {
  const [name, setName] = useState(lastName)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

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
          aria-describedby="name-hint"
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <small id="name-hint">{t('signIn.hint')}</small>
      {error !== undefined && <Alert text={errorText(error)} />}
      <button type="submit" class="primary large" aria-disabled={busy} aria-busy={busy}>
        {t(busy ? 'signIn.entering' : page === 'sign-up' ? 'signUp.enter' : 'signIn.enter')}
      </button>
    </form>
  )
}
