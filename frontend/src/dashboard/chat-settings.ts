/** How the chat is read on this device: remembered together, but for the look, which the landing page shares. */

import { preferPlatform, preferredPlatform, type Platform } from '../ui/platform'
import { KEYS, remember, remembered } from '../ui/storage'
import { createStore } from '../ui/store'

/** Of the chat's text, px. */
export const SMALLEST = 14
export const LARGEST = 28
export const SIZE_STEP = 2

interface Kept {
  size: number
  /** A sound when somebody asks something. */
  sound: boolean
  /** New lines are read out by a screen reader. */
  announce: boolean
}

export interface ChatSettings extends Kept {
  platform: Platform
}

const FIRST: Kept = { size: 18, sound: false, announce: false }

export const chatSettings = createStore<ChatSettings>({
  ...remembered(KEYS.chatWindow, isKept, FIRST),
  platform: preferredPlatform(),
})

export function changeChat(change: Partial<ChatSettings>): void {
  chatSettings.set(change)
  const { platform, ...kept } = chatSettings.get()
  preferPlatform(platform)
  remember(KEYS.chatWindow, kept)
}

function isKept(value: unknown): value is Kept {
  const { size, sound, announce } = (value ?? {}) as Partial<Kept>
  return size! >= SMALLEST && size! <= LARGEST && typeof sound === 'boolean' && typeof announce === 'boolean'
}
