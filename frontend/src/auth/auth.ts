/** What every way of signing in can do. */

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
