/** /config.json: what the deployment tells its pages. */

import { StartError } from './opening'

/** `host`: where the Clerk instance answers. */
export type Config = { auth: 'local' } | { auth: 'clerk'; publishableKey: string; host: string }

/** Raises StartError when it is broken, anything else when it cannot be had. */
export async function loadConfig(fetch: typeof globalThis.fetch = globalThis.fetch): Promise<Config> {
  const response = await fetch('/config.json', { cache: 'no-store' })
  if (!response.ok) throw new StartError('missing')
  return parseConfig(await response.text())
}

export function parseConfig(text: string): Config {
  try {
    const { auth, publishableKey } = JSON.parse(text) as Record<string, string>
    if (auth === 'local') return { auth }
    if (auth === 'clerk') return { auth, publishableKey: publishableKey!, host: hostOf(publishableKey!) }
  } catch {
    // Said below.
  }
  throw new StartError('broken')
}

/** A publishable key is `pk_test_` or `pk_live_` and base64 of the instance's host with a `$` behind it. */
function hostOf(publishableKey: string): string {
  const [, encoded] = /^pk_(?:test|live)_(.+)$/.exec(publishableKey)!
  return /^([a-z\d-]+(?:\.[a-z\d-]+)+)\$$/.exec(atob(encoded!))![1]!
}
