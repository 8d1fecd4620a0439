/** What every page with an account wears: the name, the account, the language switch. */

import type { TargetedFocusEvent, TargetedKeyboardEvent } from 'preact'
import type { Auth } from '../auth'
import { chooseLanguage, i18n, t, type Language } from '../i18n'
import { useStore } from './use-store'

export function Topbar({ auth }: { auth?: Auth }) {
  return (
    <header class="topbar">
      <a class="logo" href="/">
        Chat<span>Sim</span>
      </a>
      <div class="topbar-end">
        {auth && <Account auth={auth} />}
        <LanguageSwitch />
      </div>
    </header>
  )
}

/** Whose dashboard it is, and the way out. A press beside it closes it too: styles/app.css lays its name over the page. */
function Account({ auth }: { auth: Auth }) {
  const name = auth.user() ?? ''
  const signOut = () => void auth.signOut().finally(() => location.assign('/sign-in'))

  const onKeyDown = ({ key, currentTarget: menu }: TargetedKeyboardEvent<HTMLDetailsElement>) => {
    if (key !== 'Escape') return
    menu.open = false
    menu.querySelector('summary')!.focus()
  }
  const onFocusOut = ({ relatedTarget, currentTarget: menu }: TargetedFocusEvent<HTMLDetailsElement>) => {
    if (relatedTarget && !menu.contains(relatedTarget as Node)) menu.open = false
  }
  return (
    <details class="account" onKeyDown={onKeyDown} onFocusOut={onFocusOut}>
      <summary>
        <span class="ellipsis">{name}</span>
      </summary>
      <div class="account-menu card">
        <p>{t('dashboard.account', { name })}</p>
        <button type="button" class="quiet" onClick={signOut}>
          {t('dashboard.signOut')}
        </button>
      </div>
    </details>
  )
}

const LANGUAGES: readonly (readonly [Language, string, string])[] = [
  ['es', 'ES', 'Español'],
  ['en', 'EN', 'English'],
]

function LanguageSwitch() {
  const { language } = useStore(i18n)
  return (
    <div class="segments segments-small" role="group" aria-label={t('site.language')}>
      {LANGUAGES.map(([code, label, name]) => (
        <button
          type="button"
          key={code}
          lang={code}
          title={name}
          aria-pressed={code === language}
          onClick={() => void chooseLanguage(code)}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

export function Alert({ text, onClose }: { text: string; onClose?: () => void }) {
  return (
    <div class="alert" role="alert">
      <span>{text}</span>
      {onClose && (
        <button type="button" class="quiet" onClick={onClose}>
          {t('site.close')}
        </button>
      )}
    </div>
  )
}
