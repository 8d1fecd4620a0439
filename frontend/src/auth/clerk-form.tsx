/** Clerk's own forms. Their script and their Spanish come to the sign-in pages alone. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { i18n, language } from '../i18n'
import { useStore } from '../ui/use-store'
import { loadClerk, loadScript, type Clerk, type ClerkConfig } from './clerk'
import type { Entry, EntryPage, FormProps } from './entry'

const UI_MAJOR = 1
/** Made by the build out of Clerk's own translation. */
const SPANISH = '/clerk.es-MX.json'

/** In the colours of styles/tokens.css; Clerk computes shades from them, and reads no custom properties for that. */
const APPEARANCE = {
  variables: {
    colorBackground: '#14111d',
    colorForeground: '#f1eef8',
    colorMutedForeground: '#b9b2cc',
    colorNeutral: '#f1eef8',
    colorPrimary: '#7c4dff',
    colorPrimaryForeground: '#ffffff',
    colorInput: '#0c0a12',
    colorInputForeground: '#f1eef8',
    colorDanger: '#ff8f8f',
    borderRadius: '10px',
    fontFamily: 'inherit',
  },
}

/** Clerk with its forms. Raises whatever goes wrong. */
export function loadClerkWithForms(config: ClerkConfig): Promise<Clerk> {
  const options = async () => {
    const [localization] = await Promise.all([
      language() === 'es' ? spanish() : undefined,
      loadScript(config, 'ui', UI_MAJOR, 'ui'),
    ])
    // Clerk's name for it, and the only place where we say it.
    const { __internal_ClerkUICtor: ClerkUI } = window as unknown as { __internal_ClerkUICtor: unknown }
    return { ui: { ClerkUI }, localization, appearance: APPEARANCE }
  }
  return loadClerk(config, options())
}

async function spanish(): Promise<unknown> {
  const response = await fetch(SPANISH)
  if (!response.ok) throw new Error(`Clerk's Spanish: ${response.status}`)
  return response.json()
}

export const clerkForm =
  (clerk: Clerk): Entry['Form'] =>
  (props) => <ClerkForm clerk={clerk} {...props} />

function ClerkForm({ clerk, page, destination }: FormProps & { clerk: Clerk }) {
  const box = useRef<HTMLDivElement>(null)
  const [spoken] = useState(language)
  useStore(i18n)

  useEffect(() => {
    const other: EntryPage = page === 'sign-in' ? 'sign-up' : 'sign-in'
    const to = `/${other}${location.search}`
    const options = {
      routing: 'hash',
      forceRedirectUrl: destination,
      ...(page === 'sign-in'
        ? { signUpUrl: to, signUpForceRedirectUrl: destination }
        : { signInUrl: to, signInForceRedirectUrl: destination }),
    }
    if (page === 'sign-in') clerk.mountSignIn(box.current!, options)
    else clerk.mountSignUp(box.current!, options)
  }, [])
  useEffect(() => {
    // Clerk takes its texts when it is loaded.
    if (language() !== spoken) location.reload()
  })
  return <div class="clerk-form" ref={box} />
}
