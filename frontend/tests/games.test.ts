import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ApiError, type Api } from '../src/api/client'
import type { AddedGame, Mode, Slot, Slots } from '../src/api/contract'
import { createDirector } from '../src/dashboard/director'
import { Games } from '../src/dashboard/games'
import { DEFAULTS } from '../src/dashboard/preferences'
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
const names = () => state().slots.map((one) => one.displayName)

test.each([
  ['', 'blank'],
  ['   ', 'blank'],
  ['a', 'short'],
  ['x'.repeat(51), 'long'],
  ['!!!', 'symbols'],
])('%j is refused inline, without a request', async (typed, problem) => {
  games.type(typed)
  await games.addTyped()
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
  await games.addTyped()
  expect(api.addGame).toHaveBeenCalledWith('Elden Ring', 'game', 'es', undefined)
  expect(names()).toEqual(['Elden Ring'])
  expect(state()).toMatchObject({ selected: { game: 'elden ring' }, drafts: { game: '' } })
})

test('a nickname becomes the game it stands for', async () => {
  api.addGame.mockResolvedValue(added('Red Dead Redemption 2'))
  games.type('rdr2')
  await games.addTyped()
  expect(names()).toEqual(['Red Dead Redemption 2'])
  expect(state().drafts.game).toBe('')
})

test('what is typed while the last one is being added stays', async () => {
  let answer = (_: AddedGame) => {}
  api.addGame.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
  games.type('Elden Ring')
  const adding = games.addTyped()
  games.type('Minecraft')
  answer(added('Elden Ring'))
  await adding
  expect(state().drafts.game).toBe('Minecraft')
})

test('a refusal is told and nothing typed is lost', async () => {
  api.addGame.mockRejectedValueOnce(new ApiError('INVALID_GAME', 422, 'No.'))
  games.type('asdf')
  await games.addTyped()
  expect(state()).toMatchObject({ error: { message: 'No.' }, drafts: { game: 'asdf' }, adding: false })
})

describe('at the limit', () => {
  beforeEach(async () => {
    api.slots.mockResolvedValue(slots('A1', 'B2', 'C3', 'D4'))
    api.addGame.mockRejectedValueOnce(new ApiError('LIMIT_REACHED', 429))
    games.type('Quinto')
    await games.addTyped()
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
    expect(api.addGame).toHaveBeenLastCalledWith('Quinto', 'game', 'es', 'b2')
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

describe('Play', () => {
  function set(show: Partial<ShowState> = {}) {
    const current = { phase: 'none', show: undefined, ...show } as ShowState
    const session = {
      state: { get: () => current },
      play: vi.fn<ShowSession['play']>(async () => {
        current.phase = 'live'
        current.show = { gameName: 'Elden Ring', mode: 'game', source: 'generic' } as NonNullable<ShowState['show']>
      }),
      change: vi.fn<ShowSession['change']>(async () => {}),
      dismissError: vi.fn<ShowSession['dismissError']>(() => (current.error = undefined)),
    }
    return { session, director: createDirector(games, session as unknown as ShowSession, () => DEFAULTS) }
  }
  const CHOICE = { gameName: 'Elden Ring', mode: 'game', lang: 'es' }

  test('with a typed name starts the show and adds the chip, neither waiting for the other', async () => {
    const { session, director } = set()
    api.addGame.mockReturnValueOnce(new Promise(() => {}))
    games.type('Elden Ring')
    void director.play()
    expect(session.play).toHaveBeenCalledWith(CHOICE)
    expect(api.addGame).toHaveBeenCalledOnce()
  })

  test('with nothing typed plays the selected game', async () => {
    api.slots.mockResolvedValue(slots('Elden Ring'))
    await games.load()
    const { session, director } = set()
    await director.play()
    expect(session.play).toHaveBeenCalledWith(CHOICE)
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
    games.type('Elden Ring')
    await director.play()
    expect(session.play).not.toHaveBeenCalled()
    expect(session.change).toHaveBeenCalledWith(CHOICE)
  })

  test.each([
    ['ai', 1],
    ['genre', 0],
  ] as const)('a pack from %s that comes after Play goes on with the show: %i', async (source, times) => {
    const { session, director } = set()
    api.addGame.mockResolvedValue(added('Elden Ring', { source }))
    games.type('Elden Ring')
    await director.play()
    expect(session.change).toHaveBeenCalledTimes(times)
  })

  test('a pack that is being made is waited for, and goes on with the show when it is there', async () => {
    const { session, director } = set()
    api.addGame.mockResolvedValueOnce(added('Elden Ring', { pending: true, retryAfterMs: 3000 }))
    api.addGame.mockResolvedValueOnce(added('Elden Ring', { pending: true, retryAfterMs: 2000 }))
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
})
