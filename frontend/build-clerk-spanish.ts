import { esMX } from '@clerk/localizations/es-MX'
import type { Plugin } from 'vite'
import ours from './src/i18n/clerk.es-MX.json' with { type: 'json' }

/** The parts of Clerk's texts that signing in and up can show: 5 kB of 13, gzip. */
const SHOWN = /^(locale|backButton|dividerText|footer|form|lastAuth|maintenance|signIn|signUp|social|task|unstable__errors|waitlist)/

/**
 * Clerk's Mexican Spanish as data, with our words where it has none or other manners: /clerk.es-MX.json, fetched by who
 * needs it and part of no script.
 */
export function clerkSpanish(): Plugin {
  const shown = Object.fromEntries(Object.entries(esMX).filter(([name]) => SHOWN.test(name)))
  return {
    name: 'clerk-spanish',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'clerk.es-MX.json', source: JSON.stringify(merged(shown, ours)) })
    },
  }
}

type Texts = Record<string, unknown>

const merged = (texts: Texts, more: Texts): Texts => ({
  ...texts,
  ...Object.fromEntries(
    Object.entries(more).map(([name, text]) => [
      name,
      typeof text === 'string' ? text : merged((texts[name] ?? {}) as Texts, text as Texts),
    ]),
  ),
})
