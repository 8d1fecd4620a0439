/** /config.json: what the deployment tells its pages. It may be missing, broken or never come. */

const TIMEOUT_MS = 7_000

export interface Config {
  auth: 'local'
}

/** `reason` says what is wrong with the configuration. */
export class ConfigError extends Error {
  constructor(readonly reason: 'missing' | 'broken') {
    super(reason)
  }
}

/** Raises ConfigError within 8 s. */
export async function loadConfig(fetch: typeof globalThis.fetch = globalThis.fetch): Promise<Config> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS)
  try {
    const response = await fetch('/config.json', { cache: 'no-store', signal: abort.signal })
    if (!response.ok) throw new ConfigError('missing')
    const text = await response.text()
    return parseConfig(text)
  } catch (error) {
    throw error instanceof ConfigError ? error : new ConfigError('missing')
  } finally {
    clearTimeout(timer)
  }
}

export function parseConfig(text: string): Config {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ConfigError('broken')
  }
  if (typeof value === 'object' && value !== null && (value as Config).auth === 'local') return { auth: 'local' }
  throw new ConfigError('broken')
}
