/** /config.json: what the deployment tells its pages. */

import { StartError } from './opening'

/** `host`: where the Clerk instance answers. */
export type Config = { auth: 'local' } | { auth: 'clerk'; publishableKey: string; host: string }

/** Raises StartError when it is broken, anything else when it cannot be had. */
export async function loadConfig(fetch: typeof globalThis.fetch = globalThis.fetch): Promise<Config> {
  const response = await fetch('/config.json', { cache: 'no-cache' })
  if (!response.ok) throw new StartError('missing')
  return parseConfig(await response.text())
}

export function parseConfig(text: string): Config {
  try {
    const { auth, publishableKey = '' } = JSON.parse(text) as Partial<Record<string, string>>
    if (auth === 'local') return { auth }
    // A publishable key is `pk_test_` or `pk_live_` and base64 of the instance's host with a `$` behind it.
    const host = /^([a-z\d-]+\.[a-z\d.-]+)\$$/.exec(atob(/^pk_[a-z]+_(.+)/.exec(publishableKey)![1]!))![1]!
    if (auth === 'clerk') return { auth, publishableKey, host }
  } catch {
    // Said below.
  }
  throw new StartError('broken')
}
