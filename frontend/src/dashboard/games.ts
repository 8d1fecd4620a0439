/** The user's games and topics: the input, the slots, and what to do when all are taken. */

import { ApiError, type Api } from '../api/client'
import type { AddedGame, Bounds, ChatLang, Mode, Show, Slot, Slots } from '../api/contract'
import type { Timers } from '../stream/timers'
import { createStore, type Store } from '../ui/store'
import { nameKey, nameProblem, tidyName, type NameProblem } from './names'

export interface GamesState {
  slots: readonly Slot[]
  /** Undefined until the doors have answered. */
  maxGames: number | undefined
  defaultPace: Bounds | undefined
  mode: Mode
  /** What is typed, kept for each mode until it has become a game. */
  drafts: Record<Mode, string>
  /** The game Play will play when nothing is typed. */
  selected: Slot | undefined
  adding: boolean
  problem: NameProblem | undefined
  /** All slots are taken: this one waits for a place. */
  swap: { name: string; mode: Mode } | undefined
  error: unknown
}

export interface GamesDeps {
  api: Pick<Api, 'slots' | 'addGame' | 'removeGame'>
  lang(): ChatLang
  timers: Timers
  draft?: string
}

/** A pack is made within seconds; who has asked this often asks no more. */
const MOST_ASKS = 12
const ASK_AGAIN_MS = 3_000

export class Games {
  readonly state: Store<GamesState>

  constructor(private readonly deps: GamesDeps) {
    this.state = createStore<GamesState>({
      slots: [],
      maxGames: undefined,
      defaultPace: undefined,
      mode: 'game',
      drafts: { game: deps.draft ?? '', justchatting: '' },
      selected: undefined,
      adding: false,
      problem: undefined,
      swap: undefined,
      error: undefined,
    })
  }

  async load(): Promise<void> {
    await this.attempt(async () => this.take(await this.deps.api.slots()))
  }

  type(text: string): void {
    const { mode, drafts } = this.state.get()
    this.state.set({ drafts: { ...drafts, [mode]: text }, problem: undefined, swap: undefined, error: undefined })
  }

  setMode(mode: Mode): void {
    const { slots, selected } = this.state.get()
    const fitting = selected?.mode === mode ? selected : slots.find((slot) => slot.mode === mode)
    this.state.set({ mode, selected: fitting, problem: undefined, swap: undefined, error: undefined })
  }

  select(slot: Slot): void {
    this.state.set({ selected: slot, mode: slot.mode, problem: undefined, error: undefined })
  }

  /** Selects the game of a show that runs; one that has no slot is typed, unless something is. */
  selectGame({ gameName, displayName, mode }: Pick<Show, 'gameName' | 'displayName' | 'mode'>): void {
    const slot = this.find(gameName, mode)
    if (slot) return this.select(slot)
    const { drafts } = this.state.get()
    this.state.set({ mode, drafts: { ...drafts, [mode]: drafts[mode] || displayName } })
  }

  /** Checks what is typed; says inline what is wrong with it. */
  check(): { name: string; mode: Mode } | undefined {
    const { mode, drafts } = this.state.get()
    const problem = nameProblem(drafts[mode], mode)
    this.state.set({ problem })
    return problem ? undefined : { name: tidyName(drafts[mode]), mode }
  }

  /** What Play plays: the typed name, else the selected game; undefined when there is neither. Says nothing. */
  target(): { name: string; mode: Mode } | undefined {
    const { mode, drafts, selected } = this.state.get()
    if (drafts[mode].trim()) return nameProblem(drafts[mode], mode) ? undefined : { name: tidyName(drafts[mode]), mode }
    return selected?.mode === mode ? { name: selected.displayName, mode } : undefined
  }

  async addTyped(): Promise<void> {
    const typed = this.check()
    const added = typed && (await this.add(typed.name, typed.mode))
    if (added) await this.better(added)
  }

  /** Asks again while a better pack is being made, and shows where it came from; the last answer. */
  async better(added: AddedGame): Promise<AddedGame> {
    let answer = added
    for (let asked = 0; answer.pending && asked < MOST_ASKS; asked++) {
      await new Promise<void>((resume) => this.deps.timers.after(answer.retryAfterMs ?? ASK_AGAIN_MS, resume))
      if (!this.find(answer.gameName, answer.mode)) break
      try {
        answer = await this.deps.api.addGame(answer.displayName, answer.mode, answer.lang)
        this.refresh(answer)
      } catch (error) {
        this.state.set({ error })
        break
      }
    }
    return answer
  }

  /** Adds a game, in the place of `replace` when given. Undefined when it was refused; the state says why. */
  async add(name: string, mode: Mode, replace?: Slot): Promise<AddedGame | undefined> {
    if (this.state.get().adding) return undefined
    this.state.set({ adding: true })
    const added = await this.attempt(async () => {
      try {
        const answer = await this.deps.api.addGame(name, mode, this.deps.lang(), replace?.game)
        this.put(answer, name, replace)
        return answer
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'LIMIT_REACHED')) throw error
        // The page may have known fewer: another device added some.
        this.take(await this.deps.api.slots())
        this.state.set({ swap: { name, mode } })
        return undefined
      }
    })
    this.state.set({ adding: false })
    return added
  }

  async swapFor(replaced: Slot): Promise<void> {
    const { swap } = this.state.get()
    if (swap) await this.add(swap.name, swap.mode, replaced)
  }

  cancelSwap(): void {
    this.state.set({ swap: undefined })
  }

  dismissError(): void {
    this.state.set({ error: undefined })
  }

  async remove(slot: Slot): Promise<void> {
    await this.attempt(async () => this.take(await this.deps.api.removeGame(slot.game, slot.mode)))
  }

  /** Whether the user has this game already; then it is the selected one and no longer typed. */
  adopt(name: string, mode: Mode): boolean {
    const slot = this.find(nameKey(name), mode)
    if (!slot) return false
    this.state.set({ selected: slot, drafts: this.draftsWithout(name, mode) })
    return true
  }

  /** What is known anew of a game that is there already. */
  private refresh({ gameName, mode, source, genre }: AddedGame): void {
    const { slots, selected } = this.state.get()
    const renewed = (slot: Slot) => (slot.game === gameName && slot.mode === mode ? { ...slot, source, genre } : slot)
    const place = slots.findIndex((slot) => slot === selected)
    const newSlots = slots.map(renewed)
    this.state.set({ slots: newSlots, selected: newSlots[place] ?? selected })
  }

  private find(game: string, mode: Mode): Slot | undefined {
    return this.state.get().slots.find((slot) => slot.game === game && slot.mode === mode)
  }

  private put(added: AddedGame, typed: string, replaced?: Slot): void {
    const { slots } = this.state.get()
    const { gameName, displayName, mode, lang, source, genre } = added
    const slot: Slot = { game: gameName, displayName, mode, lang, source, genre }
    const index = slots.findIndex((one) => one === replaced || (one.game === gameName && one.mode === mode))
    this.state.set({
      slots: index < 0 ? [...slots, slot] : slots.map((one, at) => (at === index ? slot : one)),
      selected: slot,
      swap: undefined,
      drafts: this.draftsWithout(typed, mode),
    })
  }

  /** What is typed, without this name: the streamer may be typing the next one by now. */
  private draftsWithout(name: string, mode: Mode): Record<Mode, string> {
    const { drafts } = this.state.get()
    return nameKey(drafts[mode]) === nameKey(name) ? { ...drafts, [mode]: '' } : drafts
  }

  private take({ slots, maxGames, defaultPace }: Slots): void {
    const { selected, mode } = this.state.get()
    const kept = slots.find((slot) => slot.game === selected?.game && slot.mode === selected.mode)
    this.state.set({ slots, maxGames, defaultPace, selected: kept ?? slots.find((slot) => slot.mode === mode) })
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.state.set({ error: undefined })
    try {
      return await work()
    } catch (error) {
      this.state.set({ error })
      return undefined
    }
  }
}
