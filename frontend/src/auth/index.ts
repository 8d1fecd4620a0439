/** Who is signed in. Two ways to find out, chosen when the page runs: by /config.json. */

import type { Auth } from './auth'
import { loadConfig } from './config'
import { localAuth } from './local'

export { SignedOut, type Auth } from './auth'

/** Raises ConfigError when the site does not say how one signs in. */
export async function openAuth(): Promise<Auth> {
  await loadConfig()
  return localAuth()
}
