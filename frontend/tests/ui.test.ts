import { describe, expect, test } from 'vitest'
import { DEFAULTS, FIXED_PACES, NATURAL_PACES, paceOf, preferencesOf } from '../src/dashboard/preferences'
import type { Show } from '../src/api/contract'
import en from '../src/i18n/en.json'
import es from '../src/i18n/es.json'
import { fill } from '../src/i18n'
import { contrastOf, PANEL, readableColor } from '../src/ui/color'
import { afterSignIn, safeNext, signInPath, withGame } from '../src/ui/paths'
import platforms from '../src/styles/platforms.css?raw'
import tokens from '../src/styles/tokens.css?raw'

describe('catalogues', () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()

  test('have the same keys, and the same places in each text', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(es).sort())
    for (const [key, text] of Object.entries(es))
      expect([key, places(en[key as keyof typeof es])]).toEqual([key, places(text)])
  })

  test('have no empty text', () => {
    for (const text of [...Object.values(es), ...Object.values(en)]) expect(text.trim()).not.toBe('')
  })

  test('places are filled with text as it is', () => {
    expect(fill('Streaming: {game}', { game: '<b>$& {count}</b>' })).toBe('Streaming: <b>$& {count}</b>')
    expect(fill('{count} de {max}', { count: 3 })).toBe('3 de {max}')
  })
})

describe('name colours', () => {
  const panels = [...platforms.matchAll(/--chat-panel: (#[0-9a-f]{6})/g)].map(([, colour]) => colour!)

  test('the edge of a field stands out from what is around it at 3:1', () => {
    const colour = (name: string) => tokens.match(`--${name}: (#[0-9a-f]{6});`)![1]!
    for (const around of ['panel', 'ground'])
      expect(contrastOf(colour('field'), colour(around))).toBeGreaterThanOrEqual(3)
  })

  test.each(['#0000ff', '#b22222', '#000000', '#9147ff', '#00ff7f', '#ffffff', '#14111d'])(
    '%s is readable at 5:1 on each of the three panels',
    (color) => {
      expect(panels).toHaveLength(3)
      for (const panel of panels) expect(contrastOf(readableColor(color), panel)).toBeGreaterThanOrEqual(5)
    },
  )

  test('a colour that is readable stays', () => {
    expect(readableColor('#ffd166')).toBe('#ffd166')
  })

  test.each(['', 'red', 'url(x)', '#fff', 'var(--panel)'])(
    '%j is no colour, and the name is readable all the same',
    (color) => {
      expect(contrastOf(readableColor(color), PANEL)).toBeGreaterThanOrEqual(5)
    },
  )
})

describe('ways', () => {
  test.each([
    ['/dashboard?x=1#y', '/dashboard?x=1#y'],
    ['/overlay', '/overlay'],
    [null, '/dashboard'],
    ['', '/dashboard'],
    ['dashboard', '/dashboard'],
    ['https://evil.example/', '/dashboard'],
    ['//evil.example/', '/dashboard'],
    ['/\\evil.example/', '/dashboard'],
    ['/\t/evil.example/', '/dashboard'],
    ['javascript:alert(1)', '/dashboard'],
  ])('next=%j leads to %s', (next, path) => {
    expect(safeNext(next)).toBe(path)
  })

  test('the typed game survives the sign-in', () => {
    expect(afterSignIn('?game=Q%26A+%3F')).toBe('/dashboard?game=Q%26A+%3F')
    expect(afterSignIn(signInPath('/dashboard?game=Elden+Ring').slice('/sign-in'.length))).toBe(
      '/dashboard?game=Elden+Ring',
    )
    expect(withGame('/dashboard', '  ')).toBe('/dashboard')
  })
})

describe('pace', () => {
  test.each([
    ['natural-60', { pace: 'natural', viewers: 60 }],
    ['500-1000', { min: 500, max: 1000 }],
    ['default', {}],
  ])('%s is %o', (id, pace) => {
    expect(paceOf(id)).toEqual(pace)
  })

  test('opens as sixty viewers write', () => {
    expect(paceOf(DEFAULTS.pace)).toEqual({ pace: 'natural', viewers: 60 })
  })

  test.each([...NATURAL_PACES, ...FIXED_PACES])('%s is read back from a show that runs at it', (id) => {
    const pace = paceOf(id)
    const show = { lang: 'en', pace: 'fixed', viewers: 60, min: 3000, max: 7000, ...pace } as Show
    expect(preferencesOf(show)).toEqual({ lang: 'en', pace: id })
  })

  test('bounds that no control offers are the doors own', () => {
    const show = { lang: 'es', pace: 'fixed', min: 1234, max: 5678 } as Show
    expect(preferencesOf(show).pace).toBe('default')
  })
})
