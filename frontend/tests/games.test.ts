import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ApiError, type Api } from '../src/api/client'
import type { AddedGame, Mode, Slot, Slots } from '../src/api/contract'
import { createDirector } from '../src/dashboard/director'
import { Games } from '../src/dashboard/games'
import { DEFAULTS, type Preferences } from '../src/dashboard/preferences'
import { createStore } from '../src/ui/store'
import type { ShowSession, ShowState } from '../src/dashboard/show'
import { FakeTime } from './helpers'

const slot = (displayName: string, mode: Mode = 'game'): Slot => ({
  game: displayName.toLowerCase(),
  displayName,
  mode,
  lang: 'es',
  source: 'genre',
  genre: null,
})
const slots = (...names: string[]): Slots => ({
  games: names.map((name) => name.toLowerCase()),
  remainingSlots: 4 - names.length,
  maxGames: 4,
  defaultPace: { min: 3000, max: 7000 },
  slots: names.map((name) => slot(name)),
})
const added = (displayName: string, more: Partial<AddedGame> = {}): AddedGame => ({
  ...slot(displayName),
  gameName: displayName.toLowerCase(),
  pending: false,
  currentGames: [],
  remainingSlots: 0,
  ...more,
})

function desk(draft = '') {
  const api = {
    slots: vi.fn<Api['slots']>(async () => slots()),
    addGame: vi.fn<Api['addGame']>(async (name) => added(name)),
    removeGame: vi.fn<Api['removeGame']>(async () => slots()),
  }
  const time = new FakeTime()
  return { api, time, games: new Games({ api, lang: () => 'es', timers: time, draft }) }
}
let { api, games, time } = desk()
beforeEach(() => {
  ;({ api, games, time } = desk())
})
const state = () => games.state.get()
const addTyped = async () => {
  const typed = games.check()
  const added = typed && (await games.add(typed.name, typed.mode))
  if (added) await games.better(added)
}
const names = () => state().slots.map((one) => one.displayName)

test.each([
  ['', 'blank'],
  ['   ', 'blank'],
  ['a', 'short'],
  ['x'.repeat(51), 'long'],
  ['!!!', 'symbols'],
])('%j is refused inline, without a request', async (typed, problem) => {
  games.type(typed)
  await addTyped()
  expect(state().problem).toBe(problem)
  expect(api.addGame).not.toHaveBeenCalled()
})

describe('a show that runs, found when the page opens', () => {
  const show = (displayName: string) => ({ gameName: displayName.toLowerCase(), displayName, mode: 'game' as const })

  test('selects the chip of its game', async () => {
    api.slots.mockResolvedValue(slots('Elden Ring', 'Minecraft'))
    await games.load()
    games.selectGame(show('Minecraft'))
    expect(games.target()).toEqual({ name: 'Minecraft', mode: 'game' })
  })

  test('of a game without a slot is what Play would play, and not another that nobody asked for', async () => {
    api.slots.mockResolvedValue(slots('Elden Ring'))
    await games.load()
    games.selectGame(show('Hollow Knight'))
    expect(games.target()).toEqual({ name: 'Hollow Knight', mode: 'game' })
  })

  test('leaves what is typed alone', async () => {
    games.type('Dark Souls')
    games.selectGame(show('Hollow Knight'))
    expect(state().drafts.game).toBe('Dark Souls')
  })
})

test('a name that was added is a selected chip, and no longer typed', async () => {
  games.type('  Elden   Ring ')
  await addTyped()
  expect(api.addGame).toHaveBeenCalledWith('Elden Ring', 'game', 'es', {})
  expect(names()).toEqual(['Elden Ring'])
  expect(state()).toMatchObject({ selected: { game: 'elden ring' }, drafts: { game: '' } })
})

test('a nickname becomes the game it stands for', async () => {
  api.addGame.mockResolvedValue(added('Red Dead Redemption 2'))
  games.type('rdr2')
  await addTyped()
  expect(names()).toEqual(['Red Dead Redemption 2'])
  expect(state().drafts.game).toBe('')
})

test('what is typed while the last one is being added stays', async () => {
  let answer = (_: AddedGame) => {}
  api.addGame.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
  games.type('Elden Ring')
  const adding = addTyped()
  games.type('Minecraft')
  answer(added('Elden Ring'))
  await adding
  expect(state().drafts.game).toBe('Minecraft')
})

test('a refusal is told and nothing typed is lost', async () => {
  api.addGame.mockRejectedValueOnce(new ApiError('INVALID_GAME', 422, 'No.'))
  games.type('asdf')
  await addTyped()
  expect(state()).toMatchObject({ error: { message: 'No.' }, drafts: { game: 'asdf' }, adding: false })
})

describe('at the limit', () => {
  beforeEach(async () => {
    api.slots.mockResolvedValue(slots('A1', 'B2', 'C3', 'D4'))
    api.addGame.mockRejectedValueOnce(new ApiError('LIMIT_REACHED', 429))
    games.type('Quinto')
    await addTyped()
  })

  test('it asks which one to change, and keeps the name', () => {
    expect(state()).toMatchObject({
      swap: { name: 'Quinto', mode: 'game' },
      drafts: { game: 'Quinto' },
      error: undefined,
    })
    expect(names()).toEqual(['A1', 'B2', 'C3', 'D4'])
  })

  test('the new one takes the place of the old', async () => {
    await games.swapFor(state().slots[1]!)
    expect(api.addGame).toHaveBeenLastCalledWith('Quinto', 'game', 'es', { replace: 'b2' })
    expect(names()).toEqual(['A1', 'Quinto', 'C3', 'D4'])
    expect(state()).toMatchObject({ swap: undefined, drafts: { game: '' } })
  })

  test('one may leave it', () => {
    games.cancelSwap()
    expect(state()).toMatchObject({ swap: undefined, drafts: { game: 'Quinto' } })
  })
})

test('removing the selected game selects another of its kind', async () => {
  api.slots.mockResolvedValue(slots('A1', 'B2'))
  await games.load()
  games.select(state().slots[1]!)
  api.removeGame.mockResolvedValue(slots('A1'))
  await games.remove(state().slots[1]!)
  expect(api.removeGame).toHaveBeenCalledWith('b2', 'game')
  expect(state().selected?.game).toBe('a1')
})

test('a chip that is pressed is what Play plays, and what was typed is not', async () => {
  api.slots.mockResolvedValue(slots('A1', 'B2'))
  await games.load()
  games.type('Otro')
  games.select(state().slots[1]!)
  expect(games.target()).toEqual({ name: 'B2', mode: 'game' })
})

describe('the game of last time', () => {
  const kept = new Map<string, string>()
  beforeEach(() => {
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    })
    return () => vi.unstubAllGlobals()
  })

  test('is selected again, of whatever mode', async () => {
    games.type('Elden Ring')
    await addTyped()
    games.setMode('justchatting')
    games.type('Viajes')
    api.addGame.mockResolvedValueOnce(added('Viajes', { mode: 'justchatting' }))
    await addTyped()
    ;({ api, games } = desk())
    api.slots.mockResolvedValue({ ...slots(), slots: [slot('Elden Ring'), slot('Viajes', 'justchatting')] })
    await games.load()
    expect(state()).toMatchObject({ mode: 'justchatting', selected: { displayName: 'Viajes' } })
  })

  test('leaves what came with the address alone', async () => {
    ;({ api, games } = desk('Hades'))
    api.slots.mockResolvedValue({ ...slots(), slots: [slot('Viajes', 'justchatting')] })
    await games.load()
    expect(games.target()).toEqual({ name: 'Hades', mode: 'game' })
  })
})

test('what becomes of the phrases is told: they are made, they are there, and then no more is said', async () => {
  api.addGame.mockResolvedValueOnce(added('Elden Ring', { pending: true, retryAfterMs: 2_000 }))
  games.type('Elden Ring')
  const done = addTyped()
  await time.pass(1_000)
  expect(state().progress).toBe('writing')
  await time.pass(1_100)
  await done
  expect(state().progress).toBe('done')
  await time.pass(5_000)
  expect(state().progress).toBeUndefined()
})

test('a refused name leaves no progress behind', async () => {
  api.addGame.mockRejectedValueOnce(new ApiError('INVALID_GAME'))
  games.type('asdf')
  await addTyped()
  expect(state().progress).toBeUndefined()
})

describe('a game nobody knows', () => {
  const generic = { source: 'generic', genre: '' } as const
  beforeEach(async () => {
    api.addGame.mockResolvedValueOnce(added('Mi Prototipo', generic))
    games.type('Mi Prototipo')
    await addTyped()
  })

  test('makes the page ask of which kind it is', () => {
    expect(state().unknown?.displayName).toBe('Mi Prototipo')
  })

  test('keeps what its streamer says', async () => {
    api.addGame.mockResolvedValueOnce(added('Mi Prototipo', { source: 'genre', genre: 'horror' }))
    await games.tell('horror')
    expect(api.addGame).toHaveBeenLastCalledWith('Mi Prototipo', 'game', 'es', { genre: 'horror' })
    expect(state()).toMatchObject({ unknown: undefined, slots: [{ source: 'genre', genre: 'horror' }] })
    expect(games.genreOf('MI  prototipo', 'game')).toBe('horror')
  })

  test('is left alone when the question is skipped, until its chip is pressed', () => {
    games.skip()
    expect(state().unknown).toBeUndefined()
    games.select(state().slots[0]!)
    expect(state().unknown).toBeDefined()
  })

  test('is not asked about once it is removed', async () => {
    await games.remove(state().slots[0]!)
    expect(state().unknown).toBeUndefined()
  })

  test.each([
    ['of a known genre', added('Elden Ring')],
    ['with a genre named before', added('Otro', { source: 'generic', genre: 'moba' })],
    ['of talk', added('Ajedrez', { ...generic, mode: 'justchatting' })],
  ])('one %s is not asked about', async (_, answer) => {
    games.setMode(answer.mode)
    api.addGame.mockResolvedValueOnce(answer)
    games.type(answer.displayName)
    await addTyped()
    expect(state().unknown).toBeUndefined()
  })
})

describe('Play', () => {
  const SHOW = { gameName: 'elden ring', displayName: 'Elden Ring', mode: 'game', source: 'generic', genre: '' }
  function set(show: Partial<ShowState> = {}) {
    const state = createStore<ShowState>({ phase: 'none', show: undefined, busy: false, ...show } as ShowState)
    const live = () => state.set({ phase: 'live', show: SHOW as NonNullable<ShowState['show']> })
    if (show.phase) live()
    state.set(show)
    const session = {
      state,
      play: vi.fn<ShowSession['play']>(async () => live()),
      change: vi.fn<ShowSession['change']>(async () => {}),
      dismissError: vi.fn<ShowSession['dismissError']>(() => state.set({ error: undefined })),
    }
    const preferences = createStore<Preferences>(DEFAULTS)
    return { session, preferences, director: createDirector(games, session as unknown as ShowSession, preferences.get) }
  }
  const CHOICE = { gameName: 'Elden Ring', mode: 'game', lang: 'es', pace: 'natural', viewers: 60 }

  test('with a typed name starts the show and adds the chip, neither waiting for the other', async () => {
    const { session, director } = set()
    api.addGame.mockReturnValueOnce(new Promise(() => {}))
    games.type('Elden Ring')
    void director.play()
    expect(session.play).toHaveBeenCalledWith(CHOICE)
    expect(api.addGame).toHaveBeenCalledOnce()
  })

  test('with nothing typed plays the selected game, with the genre its streamer named', async () => {
    api.slots.mockResolvedValue({ ...slots(), slots: [{ ...slot('Elden Ring'), genre: 'soulslike' }] })
    await games.load()
    const { session, director } = set()
    await director.play()
    expect(session.play).toHaveBeenCalledWith({ ...CHOICE, genre: 'soulslike' })
    expect(api.addGame).not.toHaveBeenCalled()
  })

  test('with nothing at all says what is missing', async () => {
    const { session, director } = set()
    await director.play()
    expect(session.play).not.toHaveBeenCalled()
    expect(state().problem).toBe('blank')
  })

  test.each([
    ['INVALID_GAME', 'INVALID_GAME', 1],
    ['INVALID_GAME', 'UNAVAILABLE', 0],
    ['LIMIT_REACHED', 'UNAVAILABLE', 0],
  ])('a chip refused by %s and a show by %s: the same words are not said twice', async (chip, show, times) => {
    const { session, director } = set({ error: new ApiError(show) })
    api.addGame.mockRejectedValue(new ApiError(chip))
    games.type('Elden Ring')
    await director.play()
    expect(session.dismissError).toHaveBeenCalledTimes(times)
  })

  test('while a show runs changes it', async () => {
    const { session, director } = set({ phase: 'live' })
    games.type('Hades')
    expect(director.another()).toEqual({ name: 'Hades', mode: 'game' })
    await director.play()
    expect(session.play).not.toHaveBeenCalled()
    expect(session.change).toHaveBeenCalledWith({ ...CHOICE, gameName: 'Hades' })
  })

  test('after a pause goes on as it would be started now', async () => {
    const { session, director, preferences } = set({ phase: 'paused' })
    preferences.set({ pace: '500-1000' })
    await director.applyPreferences()
    expect(session.change).not.toHaveBeenCalled()
    await director.resume()
    expect(session.change).toHaveBeenCalledWith({ gameName: 'Elden Ring', mode: 'game', lang: 'es', min: 500, max: 1000 })
  })

  test('sends the pace chosen while another is being sent after that one', async () => {
    const { session, director, preferences } = set({ phase: 'live' })
    let changed = () => {}
    session.change.mockImplementationOnce(() => new Promise((resolve) => (changed = resolve)))
    preferences.set({ pace: '1000-2000' })
    const applied = director.applyPreferences()
    await time.pass(0)
    preferences.set({ pace: '500-1000' })
    void director.applyPreferences()
    changed()
    await applied
    expect(session.change.mock.calls.map(([wish]) => wish)).toMatchObject([{ min: 1000 }, { min: 500 }])
  })

  test.each([
    ['ai', 'x', 1],
    ['genre', 'soulslike', 1],
    ['generic', '', 0],
  ] as const)('a pack from %s that comes after Play goes on with the show: %i', async (source, genre, times) => {
    const { session, director } = set()
    api.addGame.mockResolvedValue(added('Elden Ring', { source, genre }))
    games.type('Elden Ring')
    await director.play()
    expect(session.change).toHaveBeenCalledTimes(times)
  })

  test.each([
    ['live', 1],
    ['paused', 0],
  ] as const)('the kind of game its streamer names goes on with a show that is %s: %i', async (phase, times) => {
    const { session, director } = set({ phase })
    api.addGame.mockResolvedValueOnce(added('Elden Ring', { source: 'generic', genre: '' }))
    games.type('Elden Ring')
    await director.add()
    api.addGame.mockResolvedValueOnce(added('Elden Ring', { source: 'genre', genre: 'horror' }))
    await director.tell('horror')
    expect(session.change.mock.calls).toEqual(Array(times).fill([{ ...CHOICE, genre: 'horror' }]))
  })

  test('a pack that is being made is waited for, and goes on with the show when it is there', async () => {
    const { session, director } = set()
    api.addGame.mockResolvedValueOnce(added('Elden Ring', { pending: true, source: 'generic', retryAfterMs: 3000 }))
    api.addGame.mockResolvedValueOnce(added('Elden Ring', { pending: true, source: 'generic', retryAfterMs: 2000 }))
    api.addGame.mockResolvedValueOnce(added('Elden Ring', { source: 'cache' }))
    games.type('Elden Ring')
    void director.play()
    await time.pass(4_900)
    expect(api.addGame).toHaveBeenCalledTimes(2)
    expect(session.change).not.toHaveBeenCalled()
    await time.pass(200)
    expect(session.change).toHaveBeenCalledOnce()
    expect(state()).toMatchObject({ slots: [{ source: 'cache' }], selected: { source: 'cache' } })
  })

  test('a pack that never comes is not asked for without end', async () => {
    const { director } = set()
    api.addGame.mockResolvedValue(added('Elden Ring', { pending: true }))
    games.type('Elden Ring')
    void director.play()
    await time.pass(600_000)
    expect(api.addGame).toHaveBeenCalledTimes(13)
  })

  test('a game removed meanwhile is not asked for again', async () => {
    const { director } = set()
    api.addGame.mockResolvedValue(added('Elden Ring', { pending: true }))
    games.type('Elden Ring')
    void director.play()
    await time.pass(0)
    await games.remove(state().slots[0]!)
    await time.pass(10_000)
    expect(api.addGame).toHaveBeenCalledOnce()
  })

  describe('a fifth game', () => {
    const LIMIT = new ApiError('LIMIT_REACHED', 429)
    beforeEach(async () => {
      api.slots.mockResolvedValue(slots('A1', 'B2', 'C3', 'D4'))
      await games.load()
      api.addGame.mockRejectedValueOnce(LIMIT)
      games.type('er')
    })

    test('plays without a slot, and nothing nags once it is left so', async () => {
      const { director } = set()
      await director.play()
      expect(state()).toMatchObject({ swap: { name: 'er' }, drafts: { game: 'er' } })
      expect(director.another()).toBeUndefined()
      director.leaveIt()
      expect(state()).toMatchObject({ swap: undefined, drafts: { game: 'Elden Ring' }, selected: undefined })
      expect(director.another()).toBeUndefined()
      games.type('')
      expect(director.another()).toBeUndefined()
    })

    test('that was refused is still what the button offers', async () => {
      const { session, director } = set({ phase: 'live' })
      session.change.mockImplementationOnce(async () => session.state.set({ error: LIMIT }))
      await director.play()
      expect(director.another()).toEqual({ name: 'er', mode: 'game' })
    })

    test('takes a place, and a better pack of it goes on with the show', async () => {
      const { session, director } = set()
      await director.play()
      api.addGame.mockResolvedValueOnce(added('Elden Ring', { source: 'ai' }))
      await director.swapFor(state().slots[0]!)
      expect(names()).toEqual(['Elden Ring', 'B2', 'C3', 'D4'])
      expect(session.change).toHaveBeenCalledOnce()
    })
  })
})
