/** Who is signed in. Two ways to find out, chosen when the page runs: by /config.json. */

import { loadConfig } from './config'
import { localAuth } from './local'

export interface Auth {
  /** Name to greet, or undefined when nobody is signed in. */
  user(): string | undefined
  /** A session token; a new one when `fresh`. Raises SignedOut. */
  token(fresh: boolean): Promise<string>
  /** Signs in by name alone, as the local issuer does. */
  signIn(name: string): Promise<void>
  signOut(): Promise<void>
}

export class SignedOut extends Error {}

/** Raises ConfigError when the site does not say how one signs in. */
export async function openAuth(): Promise<Auth> {
  await loadConfig()
  return localAuth()
}
