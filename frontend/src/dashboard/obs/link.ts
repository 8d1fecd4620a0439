/** The link for OBS: whether there is one, whether OBS uses it, and how its chat looks. */

import type { Api } from '../../api/client'
import type { OverlaySeen, StreamKey } from '../../api/contract'
import { language } from '../../i18n'
import { UNSAVED, type SavedLook } from '../../overlay/options'
import type { Timers } from '../../stream/timers'
import { preferredPlatform } from '../../ui/platform'
import { createStore, type Store } from '../../ui/store'
import { forget, KEYS, remember, remembered } from '../../ui/storage'

/** An overlay that runs comes with its key every four minutes, and a little later when it is not answered at once. */
const CONNECTED_MS = 5 * 60_000
/** A slider that is dragged is saved when it rests. */
const SETTLED_MS = 500

export interface LinkState {
  /** Undefined until the doors have said. */
  exists: boolean | undefined
  /** The link, in the browser that made it: nobody else can be told. */
  url: string | undefined
  connected: boolean
  look: SavedLook
  busy: boolean
  error: unknown
}

/** When the key was made, null without one, and when OBS last came with it. */
type Seen = Pick<StreamKey, 'createdAt' | 'seenAt'>

/** What the browser keeps of the link it made; `createdAt` tells whether that is still the one. */
interface Made {
  url: string
  createdAt: number
}

export class ObsLink {
  readonly state: Store<LinkState> = createStore<LinkState>({
    exists: undefined,
    url: undefined,
    connected: false,
    look: { ...UNSAVED, platform: preferredPlatform(), lang: language() },
    busy: false,
    error: undefined,
  })
  private lookSaved = false
  /** The doors' key as far as it is known here; undefined before they have said. */
  private key: Seen | undefined
  /** The asking that is under way. */
  private asking: Promise<void> | undefined
  private cancelSave: () => void = () => undefined

  constructor(
    private readonly api: Pick<Api, 'streamKey' | 'createStreamKey' | 'saveLook' | 'sendTest' | 'revokeStreamKey'>,
    private readonly timers: Timers,
  ) {}

  /** Asks how it stands: once at a time, and not beside a change, which the answer might not know of. */
  async load(): Promise<void> {
    if (!this.state.get().busy) this.asking ??= this.ask().finally(() => (this.asking = undefined))
    await this.asking
  }

  /** A look that was begun here stays. */
  private async ask(): Promise<void> {
    try {
      const { exists, createdAt, seenAt, serverNow, look } = await this.api.streamKey()
      const made = remembered(KEYS.obs, isMade, undefined)
      if (!this.lookSaved && Object.keys(look).length) {
        this.lookSaved = true
        this.state.set({ look: { ...this.state.get().look, ...look } as SavedLook })
      }
      this.state.set({
        exists,
        url: made?.createdAt === createdAt ? made?.url : undefined,
        connected: this.see({ createdAt, seenAt }, serverNow),
      })
    } catch (error) {
      // Asked again soon; before the first answer somebody waits for it.
      if (this.state.get().exists === undefined) this.state.set({ exists: false, error })
    }
  }

  /** What a show that runs tells with each batch, so that nobody has to ask; asks where that is of another key. */
  hear(overlay: OverlaySeen | undefined, nowMs: number): void {
    if (this.key?.createdAt !== (overlay?.createdAt ?? null)) void this.load()
    else if (overlay) this.state.set({ connected: this.see(overlay, nowMs) })
  }

  /** A new link; the one before shows nothing from now on. */
  create(): Promise<boolean> {
    return this.act(async () => {
      const { url, createdAt } = await this.api.createStreamKey()
      const made = { url: new URL(url, location.origin).href, createdAt }
      remember(KEYS.obs, made)
      this.key = { createdAt, seenAt: null }
      this.state.set({ exists: true, url: made.url, connected: false })
      if (!this.lookSaved) await this.save()
    })
  }

  revoke(): Promise<boolean> {
    return this.act(async () => {
      await this.api.revokeStreamKey()
      forget(KEYS.obs)
      this.key = { createdAt: null, seenAt: null }
      this.state.set({ exists: false, url: undefined, connected: false })
    })
  }

  sendTest(): Promise<boolean> {
    return this.act(() => this.api.sendTest())
  }

  choose(change: Partial<SavedLook>): void {
    this.lookSaved = true
    this.state.set({ look: { ...this.state.get().look, ...change } })
    this.cancelSave()
    this.cancelSave = this.timers.after(SETTLED_MS, () => void this.save().catch((error) => this.state.set({ error })))
  }

  /** Whether OBS is there; what was read of the doors earlier and is told later makes nothing older than it is. */
  private see({ createdAt, seenAt }: Seen, nowMs: number): boolean {
    const before = this.key?.createdAt === createdAt ? this.key.seenAt : null
    const latest = Math.max(seenAt ?? 0, before ?? 0)
    this.key = { createdAt, seenAt: latest || null }
    return latest > 0 && nowMs - latest < CONNECTED_MS
  }

  private async save(): Promise<void> {
    await this.api.saveLook(this.state.get().look)
    this.lookSaved = true
  }

  /** One thing at a time; whether it went well. */
  private async act(work: () => Promise<unknown>): Promise<boolean> {
    if (this.state.get().busy) return false
    this.state.set({ busy: true, error: undefined })
    try {
      await this.asking
      await work()
      return true
    } catch (error) {
      this.state.set({ error })
      return false
    } finally {
      this.state.set({ busy: false })
    }
  }
}

const isMade = (value: unknown): value is Made | undefined => typeof (value as Made | null)?.url === 'string'
