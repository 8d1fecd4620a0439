import { expect, test } from 'vitest'
import { nameKey, nameProblem, tidyName } from '../src/dashboard/names'

test.each(['1942', '2048', 'ゼルダ', 'Ib', 'Baba Is You', "Baldur's Gate 3", '🎮 Party', 'x'.repeat(50)])(
  '%j is a game',
  (name) => {
    expect(nameProblem(name, 'game')).toBeUndefined()
  },
)

test('a topic may be longer than a game', () => {
  expect(nameProblem('x'.repeat(60), 'justchatting')).toBeUndefined()
  expect(nameProblem('x'.repeat(61), 'justchatting')).toBe('long')
  expect(nameProblem('x'.repeat(51), 'game')).toBe('long')
})

test.each([
  ['   ', 'blank'],
  ['7', 'short'],
  ['🎮', 'short'],
  ['!?!', 'symbols'],
  ['🎮🎮', 'symbols'],
  ['a\u202eb', 'symbols'],
  ['a\u0000b', 'symbols'],
  ['el\u200cden', 'symbols'],
  ['می\u200cخواهم', undefined],
])('%j is not: %s', (name, problem) => {
  expect(nameProblem(name, 'game')).toBe(problem)
})

test('spaces and width do not make another game', () => {
  expect(tidyName('  Elden \t Ring ')).toBe('Elden Ring')
  expect(nameKey('ＥＬＤＥＮ　ring')).toBe('elden ring')
})
