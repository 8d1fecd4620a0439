/** Clerk's own forms. Their script and their Spanish come to the sign-in pages alone. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { i18n, language } from '../i18n'
import { useStore } from '../ui/use-store'
import { loadClerk, loadScript, type Clerk, type ClerkConfig } from './clerk'
import type { Entry, EntryPage, FormProps } from './entry'

const FORMS = 'ui@1/dist/ui.browser.js'
/** Made by the build out of Clerk's own translation. */
const SPANISH = '/clerk.es-MX.json'

/** Our tokens under Clerk's names for them; it computes shades, so it gets the colours themselves. */
const TOKENS = {
  colorBackground: '--panel',
  colorForeground: '--text',
  colorNeutral: '--text',
  colorMutedForeground: '--text-soft',
  colorPrimary: '--accent',
  colorInput: '--ground',
  colorInputForeground: '--text',
  colorDanger: '--bad',
  borderRadius: '--radius-small',
}

/** Ours is the card and the heading; Clerk's step back. */
const BARE = { border: 0, borderRadius: 0, background: 'none', boxShadow: 'none' }
const CONTROL = { minHeight: 'var(--target)', fontSize: '1rem' }
const LINK = { color: 'var(--accent-text)' }
const ELEMENTS = {
  rootBox: { width: '100%' },
  cardBox: { ...BARE, width: '100%', maxWidth: 'none', overflow: 'visible' },
  card: { ...BARE, padding: '2px' },
  header: { alignItems: 'start', textAlign: 'left' },
  headerTitle: { fontSize: '1.0625rem' },
  headerSubtitle: { fontSize: '0.9375rem' },
  formFieldInput: { ...CONTROL, border: '1px solid var(--field)' },
  formButtonPrimary: CONTROL,
  socialButtonsBlockButton: CONTROL,
  formFieldAction: LINK,
  footer: { ...BARE, '& > *': BARE },
  footerAction: { margin: 0, padding: '12px 0' },
  footerActionLink: LINK,
}

function appearance(): object {
  const tokens = getComputedStyle(document.documentElement)
  const variables = Object.entries(TOKENS).map(([name, token]) => [name, tokens.getPropertyValue(token).trim()])
  return {
    variables: { ...Object.fromEntries(variables), colorPrimaryForeground: '#fff', fontFamily: 'inherit' },
    elements: ELEMENTS,
  }
}

/** Clerk with its forms. Raises whatever goes wrong. */
export function loadClerkWithForms(config: ClerkConfig): Promise<Clerk> {
  const options = async () => {
    const [localization] = await Promise.all([
      language() === 'es' ? spanish().catch(() => undefined) : undefined,
      loadScript(config, FORMS),
    ])
    // Clerk's name for it, and the only place where we say it.
    const { __internal_ClerkUICtor: ClerkUI } = window as unknown as { __internal_ClerkUICtor: unknown }
    return { ui: { ClerkUI }, localization, appearance: appearance() }
  }
  return loadClerk(config, options())
}

/** Without it the forms are English, which beats no forms. */
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
  return <div ref={box} />
}
