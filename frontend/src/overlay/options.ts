/**
 * What can be chosen of the overlay's look and is saved with the stream key, so that the doors know it too
 * (chatsim/keys.py); docs/overlay.md lists it for people, and tests hold it to both.
 */

import { PLATFORMS } from '../ui/platform'

/** A word out of several, a whole number between two, yes or no, a text of this form. */
export type Rule = readonly string[] | { min: number; max: number } | 'boolean' | RegExp

export const SAVED_RULES = {
  platform: PLATFORMS,
  /** Lines at the same time. */
  max: { min: 1, max: 50 },
  /** Height of the text, px. */
  size: { min: 12, max: 72 },
  /** One that is installed where OBS runs; ours without. */
  font: /[\p{L}\p{N}_ '\-]{1,60}/u,
  /** Width of the letters' dark edge, px. */
  stroke: { min: 0, max: 10 },
  /** Seconds until a line fades; 0 never. */
  fade: { min: 0, max: 120 },
  badges: 'boolean',
  emotes: 'boolean',
  timestamps: 'boolean',
  /** Behind each line: rrggbb, or rrggbbaa with how opaque it is. */
  bg: /[\da-f]{8}|[\da-f]{6}/i,
  /** Names whose lines are not shown, between commas. */
  block: /.{1,400}/,
  /** Of the overlay's own words. */
  lang: ['es', 'en'],
  /** Says that the chat is simulated. */
  label: 'boolean',
} as const satisfies Record<string, Rule>

type Value<R> = R extends readonly (infer W)[] ? W : R extends RegExp ? string : R extends 'boolean' ? boolean : number
/** What such rules allow. */
export type Values<Rules> = { -readonly [name in keyof Rules]: Value<Rules[name]> }
export type SavedLook = Values<typeof SAVED_RULES>
export type SavedOption = keyof SavedLook

/** What nobody has chosen. */
export const UNSAVED: SavedLook = {
  platform: 'twitch',
  max: 12,
  size: 22,
  font: '',
  stroke: 4,
  fade: 0,
  badges: true,
  emotes: true,
  timestamps: false,
  bg: '',
  block: '',
  lang: 'es',
  label: true,
}
