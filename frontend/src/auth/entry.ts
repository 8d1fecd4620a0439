/** How the sign-in pages let people in: a form, and who is in already. */

import type { FunctionComponent } from 'preact'
import type { Auth } from './auth'
import { clerkAuth } from './clerk'
import { clerkForm, loadClerkWithForms } from './clerk-form'
import { loadConfig } from './config'
import { localAuth } from './local'
import { nameForm } from './name-form'
import { deadline } from './opening'

export type EntryPage = 'sign-in' | 'sign-up'

export interface FormProps {
  page: EntryPage
  /** A path of this site; a form that has let somebody in goes there. */
  destination: string
}

export interface Entry {
  auth: Auth
  Form: FunctionComponent<FormProps>
}

/** Raises StartError. */
export async function openEntry(): Promise<Entry> {
  const within = deadline()
  const config = await within('missing', loadConfig())
  if (config.auth === 'local') {
    const auth = localAuth()
    return { auth, Form: nameForm(auth) }
  }
  const clerk = await within('clerk', loadClerkWithForms(config))
  return { auth: clerkAuth(clerk), Form: clerkForm(clerk) }
}
