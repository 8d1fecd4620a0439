/** The landing page is complete without this script: it changes the language, and spares who is signed in a step. */

import '../styles/landing.css'
import { KEYS, remember, remembered } from '../ui/storage'

const form = document.querySelector('form')
const isObject = (value: unknown): value is object | undefined => typeof value === 'object' && value !== null
if (remembered(KEYS.session, isObject, undefined)) {
  form?.setAttribute('action', '/dashboard')
  document.querySelector('[data-sign-in]')?.setAttribute('href', '/dashboard')
}

const isLanguage = (value: unknown): value is 'es' | 'en' => value === 'es' || value === 'en'

async function speak(language: 'es' | 'en'): Promise<void> {
  const texts: Partial<Record<string, string>> =
    language === 'en' ? (await import('../i18n/en')).en : (await import('../i18n/es')).es
  document.documentElement.lang = language
  document.title = texts['landing.title'] ?? document.title
  for (const element of document.querySelectorAll<HTMLElement>('[data-t]')) {
    element.textContent = texts[element.dataset.t!] ?? ''
  }
  const field = document.querySelector('input')
  if (field) field.placeholder = texts['landing.placeholder'] ?? ''
  mark(language)
}

function mark(language: string): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === language))
  }
}

for (const button of document.querySelectorAll<HTMLElement>('[data-language]')) {
  button.addEventListener('click', () => {
    const chosen = button.dataset.language
    if (!isLanguage(chosen)) return
    remember(KEYS.language, chosen)
    void speak(chosen)
  })
}

if (remembered(KEYS.language, isLanguage, 'es') === 'en') void speak('en')
