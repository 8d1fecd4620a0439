/** The user's games and topics: the input, the slots, and what to do when all are taken. */

import { ApiError, type Api } from '../api/client'
import type { AddedGame, Bounds, ChatLang, Mode, Show, Slot, Slots } from '../api/contract'
import type { Timers } from '../stream/timers'
import { KEYS, remember, remembered } from '../ui/storage'
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
  /** What becomes of the phrases of the last one added; for a moment that they are there. */
  progress: 'writing' | 'done' | undefined
  /** Nobody here knows this game: its streamer may say of which kind it is. */
  unknown: Slot | undefined
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
/** How long the check mark stays. */
const DONE_MS = 2_500

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
      progress: undefined,
      unknown: undefined,
      problem: undefined,
      swap: undefined,
      error: undefined,
    })
  }

  /** The slots; the game of last time is the selected one, unless another is typed. */
  async load(): Promise<void> {
    await this.attempt(async () => this.take(await this.deps.api.slots()))
    const last = this.find(remembered(KEYS.game, isText, ''))
    if (last && !this.state.get().drafts.game) this.choose(last)
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

  /** A chip was pressed: it is what Play plays, and not what is typed. */
  select(slot: Slot): void {
    const { drafts } = this.state.get()
    this.state.set({ drafts: { ...drafts, [slot.mode]: '' }, unknown: isUnknown(slot) ? slot : undefined })
    this.choose(slot)
  }

  /** Selects the game of a show that runs; one that has no slot is typed, unless something else than `asked` is. */
  selectGame({ gameName, displayName, mode }: Pick<Show, 'gameName' | 'displayName' | 'mode'>, asked = ''): void {
    const slot = this.find(memberOf(mode, gameName))
    if (slot) return this.choose(slot)
    const drafts = this.draftsWithout(asked, mode)
    this.state.set({ mode, selected: undefined, drafts: { ...drafts, [mode]: drafts[mode] || displayName } })
  }

  /** The genre that is known of a game one has. */
  genreOf(name: string, mode: Mode): string | undefined {
    return this.find(memberOf(mode, nameKey(name)))?.genre || undefined
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

  /** Asks again while a better pack is being made, and shows where it came from; the last answer. */
  async better(added: AddedGame): Promise<AddedGame> {
    let answer = added
    for (let asked = 0; answer.pending && asked < MOST_ASKS; asked++) {
      await new Promise<void>((resume) => this.deps.timers.after(answer.retryAfterMs ?? ASK_AGAIN_MS, resume))
      if (!this.slotOf(answer)) break
      try {
        answer = await this.deps.api.addGame(answer.displayName, answer.mode, answer.lang)
        this.refresh(answer)
      } catch (error) {
        this.state.set({ error })
        break
      }
    }
    this.settle(this.slotOf(answer))
    return answer
  }

  /** Takes what the streamer says of the game nobody knows. Undefined when it was refused; the state says why. */
  async tell(genre: string): Promise<AddedGame | undefined> {
    const { unknown } = this.state.get()
    this.skip()
    return unknown && this.add(unknown.displayName, unknown.mode, { genre })
  }

  /** Leaves the question open what kind of game it is. */
  skip(): void {
    this.state.set({ unknown: undefined })
  }

  /** Adds a game; `how`: in whose place, and of which genre. Undefined when it was refused; the state says why. */
  async add(name: string, mode: Mode, how: { replace?: Slot; genre?: string } = {}): Promise<AddedGame | undefined> {
    if (this.state.get().adding) return undefined
    this.state.set({ adding: true, progress: 'writing' })
    const { replace, genre } = how
    const added = await this.attempt(async () => {
      try {
        const more = { ...(replace && { replace: replace.game }), ...(genre && { genre }) }
        const answer = await this.deps.api.addGame(name, mode, this.deps.lang(), more)
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
    this.state.set({ adding: false, ...(added ? {} : { progress: undefined }) })
    return added
  }

  async swapFor(replace: Slot): Promise<AddedGame | undefined> {
    const { swap } = this.state.get()
    return swap && this.add(swap.name, swap.mode, { replace })
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
    const slot = this.find(memberOf(mode, nameKey(name)))
    if (!slot) return false
    this.state.set({ drafts: this.draftsWithout(name, mode) })
    this.choose(slot)
    return true
  }

  private choose(slot: Slot): void {
    this.state.set({ selected: slot, mode: slot.mode, problem: undefined, error: undefined })
    remember(KEYS.game, memberOf(slot.mode, slot.game))
  }

  /** All that could be found for a game is there. */
  private settle(slot: Slot | undefined): void {
    this.state.set({ progress: 'done', unknown: slot && isUnknown(slot) ? slot : undefined })
    this.deps.timers.after(DONE_MS, () => {
      if (this.state.get().progress === 'done') this.state.set({ progress: undefined })
    })
  }

  /** What is known anew of a game that is there already. */
  private refresh({ gameName, mode, source, genre }: AddedGame): void {
    const { slots, selected } = this.state.get()
    const renewed = (slot: Slot) => (slot.game === gameName && slot.mode === mode ? { ...slot, source, genre } : slot)
    const place = slots.findIndex((slot) => slot === selected)
    const newSlots = slots.map(renewed)
    this.state.set({ slots: newSlots, selected: newSlots[place] ?? selected })
  }

  private find(member: string): Slot | undefined {
    return this.state.get().slots.find((slot) => memberOf(slot.mode, slot.game) === member)
  }

  private slotOf({ gameName, mode }: AddedGame): Slot | undefined {
    return this.find(memberOf(mode, gameName))
  }

  private put(added: AddedGame, typed: string, replaced?: Slot): void {
    const { slots } = this.state.get()
    const { gameName, displayName, mode, lang, source, genre } = added
    const slot: Slot = { game: gameName, displayName, mode, lang, source, genre }
    const index = slots.findIndex((one) => one === replaced || (one.game === gameName && one.mode === mode))
    this.state.set({
      slots: index < 0 ? [...slots, slot] : slots.map((one, at) => (at === index ? slot : one)),
      swap: undefined,
      drafts: this.draftsWithout(typed, mode),
    })
    this.choose(slot)
  }

  /** What is typed, without this name: the streamer may be typing the next one by now. */
  private draftsWithout(name: string, mode: Mode): Record<Mode, string> {
    const { drafts } = this.state.get()
    return nameKey(drafts[mode]) === nameKey(name) ? { ...drafts, [mode]: '' } : drafts
  }

  private take({ slots, maxGames, defaultPace }: Slots): void {
    const { selected, mode, unknown } = this.state.get()
    const kept = slots.find((slot) => slot.game === selected?.game && slot.mode === selected.mode)
    this.state.set({
      slots,
      maxGames,
      defaultPace,
      selected: kept ?? slots.find((slot) => slot.mode === mode),
      unknown: slots.find((slot) => slot.game === unknown?.game && slot.mode === 'game'),
    })
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

/** What names a slot: a game and a topic may have the same name. */
const memberOf = (mode: Mode, game: string): string => `${mode}#${game}`

const isUnknown = ({ mode, source, genre }: Slot): boolean => mode === 'game' && source === 'generic' && !genre

const isText = (value: unknown): value is string => typeof value === 'string'
