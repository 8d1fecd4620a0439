/** Whose chat ours looks like: remembered for the landing page and the dashboard, one of the overlay's options. */

export const PLATFORMS = ['twitch', 'kick', 'youtube'] as const
export type Platform = (typeof PLATFORMS)[number]

const KEY = 'preferred-platform'

export const isPlatform = (value: unknown): value is Platform => PLATFORMS.includes(value as Platform)

export function preferredPlatform(): Platform {
  try {
    const kept = localStorage.getItem(KEY)
    return isPlatform(kept) ? kept : 'twitch'
  } catch {
    return 'twitch'
  }
}

export function preferPlatform(platform: Platform): void {
  try {
    localStorage.setItem(KEY, platform)
  } catch {
    // A preference that is not kept is no reason to stop.
  }
}
