/** Who is signed in. Two ways to find out, chosen when the page runs: by /config.json. */

import type { Auth } from './auth'
import { clerkAuth, loadClerk } from './clerk'
import { loadConfig } from './config'
import { localAuth } from './local'
import { deadline } from './opening'

export { SignedOut, type Auth } from './auth'

/** Raises StartError. */
export async function openAuth(): Promise<Auth> {
  const within = deadline()
  const config = await within('missing', loadConfig())
  return config.auth === 'local' ? localAuth() : clerkAuth(await within('clerk', loadClerk(config)))
}
