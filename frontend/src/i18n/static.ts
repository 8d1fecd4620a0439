/** The language of pages that are whole without a script: Spanish stands in their HTML, English takes its place. */

import { KEYS, remember, remembered } from '../ui/storage'
import { english, isLanguage, type Language } from '.'

/** An element with `data-t="<key>"` shows that text, or with `data-t-to="<attribute>"` has it there. */
const places = [...document.querySelectorAll<HTMLElement>('[data-t]')].map((element) => {
  const { t: key, tTo: attribute } = element.dataset
  const write = (text: string) =>
    attribute ? element.setAttribute(attribute, text) : void (element.textContent = text)
  return { key: key!, write, spanish: attribute ? element.getAttribute(attribute)! : element.textContent }
})

/** Speaks the remembered language, then what the switch is set to; Spanish where English cannot be had. */
export function startStaticPage(onChange: (language: Language) => void = () => undefined): void {
  const buttons = [...document.querySelectorAll<HTMLElement>('[data-language]')]
  async function speak(language: Language): Promise<void> {
    const texts: Partial<Record<string, string>> = language === 'en' ? await english() : {}
    for (const { key, write, spanish } of places) write(texts[key] ?? spanish)
    document.documentElement.lang = language
    for (const button of buttons) button.ariaPressed = String(button.dataset.language === language)
    onChange(language)
  }
  const start = (language: Language) => void speak(language).catch(() => speak('es'))
  for (const button of buttons)
    button.onclick = () => {
      const language = button.dataset.language as Language
      remember(KEYS.language, language)
      start(language)
    }
  start(remembered(KEYS.language, isLanguage, 'es'))
}
