/** What every signed-in page wears: the name, the language switch, the account. */

import type { ComponentChildren } from 'preact'
import { chooseLanguage, i18n, t, type Language } from '../i18n'
import { useStore } from './use-store'

export function Topbar({ children }: { children?: ComponentChildren }) {
  return (
    <header class="topbar">
      <a class="logo" href="/">
        Chat<span>Sim</span>
      </a>
      <div class="topbar-end">
        {children}
        <LanguageSwitch />
      </div>
    </header>
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
