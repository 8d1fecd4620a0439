/** What every way of signing in can do. */

export interface Auth {
  /** Name to greet, or undefined when nobody is signed in. */
  user(): string | undefined
  /** A session token; a new one when `fresh`. Raises SignedOut, or ApiError when it cannot be had now. */
  token(fresh: boolean): Promise<string>
  signOut(): Promise<void>
}

export class SignedOut extends Error {}
