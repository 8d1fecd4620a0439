/** The landing page is complete without this script: it changes the language, and spares who is signed in a step. */

import '../styles/landing.css'
import { english, isLanguage } from '../i18n'
import { KEYS, remember, remembered } from '../ui/storage'

const form = document.querySelector('form')
const isObject = (value: unknown): value is object | undefined => typeof value === 'object' && value !== null
if (remembered(KEYS.session, isObject, undefined)) {
  form?.setAttribute('action', '/dashboard')
  document.querySelector('[data-sign-in]')?.setAttribute('href', '/dashboard')
}

const spanish: Partial<Record<string, string>> = { 'landing.title': document.title }
for (const element of document.querySelectorAll<HTMLElement>('[data-t]')) {
  spanish[element.dataset.t!] = element.textContent
}
async function speak(language: 'es' | 'en'): Promise<void> {
  const texts: Partial<Record<string, string>> = language === 'en' ? await english() : spanish
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
