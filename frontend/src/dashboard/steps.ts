/** The beginner's way: choose a game, press Play, take it to OBS. What was done once stays done. */

import { createStore } from '../ui/store'
import { KEYS, remember, remembered } from '../ui/storage'

export const STEPS = ['game', 'play', 'obs'] as const
export type Step = (typeof STEPS)[number]

type Done = Partial<Record<Step, boolean>>
const isDone = (value: unknown): value is Done => typeof value === 'object' && value !== null

const state = createStore<Done>(remembered(KEYS.steps, isDone, {}))

export const steps = {
  state,
  done(step: Step): void {
    if (state.get()[step]) return
    state.set({ [step]: true })
    remember(KEYS.steps, state.get())
  },
}
