import { expect, test } from 'vitest'
import english from '../../docs/overlay.md?raw'
import spanish from '../../docs/overlay.es.md?raw'
import type { Bounds } from '../src/api/contract'
import { applyLook, chosenLines, DEFAULT_LOOK, mergeLook, optionsOf, parseLook, RULES } from '../src/overlay/look'
import type { Rule } from '../src/overlay/options'
import { lineAt } from './helpers'

const of = (address: string) => parseLook(optionsOf(new URL(address, 'http://here.invalid')))

test('options stand in the query or behind the #, and the latter wins', () => {
  expect(of('/overlay?size=24&platform=kick#k=secret&size=30')).toEqual({ size: 30, platform: 'kick' })
})

test('what is unknown or makes no sense is ignored', () => {
  expect(of('/overlay?color=red&platform=tv&size=big&badges=maybe&bg=red&align=&lang=fr&constructor=1#k=x')).toEqual({})
})

test.each([
  ['size', '5', 12],
  ['size', '999', 72],
  ['size', '23.6', 24],
  ['size', 'Infinity', 72],
  ['max', '0', 1],
  ['max', '51', 50],
  ['stroke', '-3', 0],
  ['stroke', '11', 10],
  ['fade', '1e9', 120],
  ['shadow', '21', 20],
  ['platform', 'YouTube', 'youtube'],
  ['direction', 'down', 'down'],
  ['align', 'center', 'center'],
  ['lang', 'en', 'en'],
  ['animate', '0', false],
  ['badges', 'off', false],
  ['emotes', 'no', false],
  ['timestamps', 'on', true],
  ['label', 'false', false],
  ['bg', '%23FF000080', 'FF000080'],
  ['bg', '000000', '000000'],
  ['bg', '', ''],
  ['font', 'Comic Neue', 'Comic Neue'],
  ['font', 'x"};body{color:red', 'x'],
  ['font', 'a'.repeat(80), 'a'.repeat(60)],
  ['block', 'nightbot,Zarpa', 'nightbot,Zarpa'],
  ['block', 'b'.repeat(500), 'b'.repeat(400)],
])('%s=%s', (name, value, expected) => {
  expect(of(`/overlay?${name}=${value}`)).toEqual({ [name]: expected })
})

test('the address comes before what is saved, and that before the default', () => {
  const look = mergeLook({ size: 40, badges: false, max: 9_999, color: 'red' }, { size: '18' })
  expect(look).toEqual({ ...DEFAULT_LOOK, size: 18, badges: false, max: 50 })
})

test('the newest lines, and none of a blocked name', () => {
  const lines = ['ana', 'Bot', 'leo', 'bot', 'eva'].map((username, k) => lineAt(`s.${k}`, k, { username }))
  const names = (look: object) => chosenLines(lines, { ...DEFAULT_LOOK, ...look }).map((line) => line.username)
  expect(names({ max: 2 })).toEqual(['bot', 'eva'])
  expect(names({ block: ' @BOT , nadie' })).toEqual(['ana', 'leo', 'eva'])
  expect(names({ block: '' })).toHaveLength(5)
})

test('on the page: attributes for what was chosen, variables for what is counted and drawn', () => {
  const variables: Record<string, string> = {}
  const dataset: Record<string, string> = {}
  const style = { setProperty: (name: string, value: string) => (variables[name] = value) }
  applyLook(mergeLook({ font: 'Comic Neue', bg: '00000080', fade: 9, block: 'x' }, {}), { dataset, style } as never)
  expect(variables).toMatchObject({ '--size': '22px', '--fade': '9s', '--font': '"Comic Neue"', '--bg': '#00000080' })
  expect(dataset).toMatchObject({ platform: 'twitch', badges: 'true', fade: '9', bg: '00000080', direction: 'up' })
  expect([dataset.block, dataset.lang, dataset.font]).toEqual([undefined, undefined, undefined])
})

test.each([english, spanish])('the documents list these options, with their values and defaults', (document) => {
  const listed = [...document.matchAll(/^\| `([a-z]+)` \| ([^|]+) \|([^|]*)\|/gm)].map(([, ...cells]) =>
    cells.map((cell) => cell.trim().replaceAll('`', '')),
  )
  expect(listed.map(([name]) => name)).toEqual(Object.keys(RULES))
  for (const [name, values, usual] of listed) {
    const rule: Rule = RULES[name as keyof typeof RULES]
    if (Array.isArray(rule)) expect(values).toBe(rule.join(', '))
    else if (rule === 'boolean') expect(values).toBe('1, 0')
    else if (!(rule instanceof RegExp)) expect(values).toBe(`${(rule as Bounds).min}-${(rule as Bounds).max}`)
    expect(parseLook({ [name!]: usual })).toEqual({ [name!]: DEFAULT_LOOK[name as keyof typeof RULES] })
  }
})
