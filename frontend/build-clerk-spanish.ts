import { esMX } from '@clerk/localizations/es-MX'
import type { Plugin } from 'vite'

/** The parts of Clerk's texts that signing in and up can show: 5 kB of 13, gzip. */
const SHOWN = /^(locale|backButton|dividerText|footer|form|lastAuth|maintenance|signIn|signUp|social|task|unstable__errors|waitlist)/

/** Clerk's own Mexican Spanish as data, /clerk.es-MX.json: fetched by who needs it, part of no script. */
export function clerkSpanish(): Plugin {
  const shown = Object.fromEntries(Object.entries(esMX).filter(([name]) => SHOWN.test(name)))
  return {
    name: 'clerk-spanish',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'clerk.es-MX.json', source: JSON.stringify(shown) })
    },
  }
}
