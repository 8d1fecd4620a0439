/** Sign-in with Clerk. Its script comes from the instance's own host when the page runs; nothing of it is in ours. */

import { ApiError } from '../api/client'
import { SignedOut, type Auth } from './auth'
import type { Config } from './config'

/** Of the version these pages were written for; the instance's host serves the newest of it. */
const CLERK = 'clerk-js@6/dist/clerk.browser.js'

/** What we use of it: https://clerk.com/docs/reference/javascript/clerk */
export interface Clerk {
  user?: {
    fullName: string | null
    username: string | null
    primaryEmailAddress: { emailAddress: string } | null
  } | null
  /** `degraded`: part of it could not be reached. */
  status?: string
  session?: { getToken(options: { skipCache: boolean }): Promise<string | null> } | null
  load(options: object): Promise<void>
  /** Goes where the callback says, and nowhere when it says nothing. */
  signOut(callback: () => void): Promise<void>
  mountSignIn(box: HTMLDivElement, options: object): void
  mountSignUp(box: HTMLDivElement, options: object): void
}

export type ClerkConfig = Extract<Config, { auth: 'clerk' }>

/** The instance, loaded with the options of `more`, which waits beside the script. Raises whatever goes wrong. */
export async function loadClerk(config: ClerkConfig, more?: Promise<object>): Promise<Clerk> {
  const page = window as { Clerk?: Clerk }
  // One that failed before would say that it is loaded.
  delete page.Clerk
  const [options] = await Promise.all([more, loadScript(config, CLERK)])
  const clerk = page.Clerk!
  await clerk.load({ ...options, telemetry: false })
  // It takes whom it could not ask about for signed out.
  if (clerk.status === 'degraded' && !clerk.session) throw Error(clerk.status)
  return clerk
}

/** Runs a file of Clerk's packages, `<package>@<major>/<path>`. */
export function loadScript({ host, publishableKey }: ClerkConfig, file: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = `https://${host}/npm/@clerk/${file}`
    script.dataset.clerkPublishableKey = publishableKey
    script.onload = resolve
    script.onerror = reject
    document.head.append(script)
  })
}

export const clerkAuth = (clerk: Clerk): Auth => ({
  user() {
    const { user } = clerk
    return user ? user.fullName || user.username || user.primaryEmailAddress?.emailAddress || 'Clerk' : undefined
  },
  async token(fresh) {
    try {
      const token = await clerk.session?.getToken({ skipCache: fresh })
      if (token) return token
    } catch {
      // A session that is over is gone by now; else Clerk could not be reached.
      if (clerk.session) throw new ApiError('OFFLINE')
    }
    throw new SignedOut()
  },
  signOut: () => clerk.signOut(() => undefined),
})
