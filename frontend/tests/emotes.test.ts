import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import list from '../src/emotes/emotes.json'
import { json } from './helpers'

/** Images the page asked for. */
let images: { src: string; onload?: () => void; naturalWidth: number; naturalHeight: number }[]
let emotes: typeof import('../src/emotes')
beforeEach(async () => {
  images = []
  vi.stubGlobal(
    'Image',
    class {
      src = ''
      naturalWidth = 48
      naturalHeight = 32
      constructor() {
        images.push(this)
      }
    },
  )
  vi.stubGlobal('matchMedia', () => ({ matches: false }))
  vi.resetModules()
  emotes = await import('../src/emotes')
})
afterEach(() => vi.unstubAllGlobals())

/** Answers the list, and `set` for 7TV. */
const serve = (set: () => Response | Promise<Response>) =>
  vi.stubGlobal('fetch', async (url: string) => (url.startsWith('https://7tv.io/') ? set() : json(list)))

const plain = { url: undefined, width: undefined, height: undefined }

describe('with 7TV', () => {
  test('an emote is an emoji until its image is there', async () => {
    serve(() => json({ emotes: [{ name: 'KEKW', id: '01ABC' }] }))
    await emotes.loadEmotes()
    expect(images.map(({ src }) => src)).toEqual(['https://cdn.7tv.app/emote/01ABC/2x.webp'])
    expect(emotes.parts('jaja KEKW')).toEqual(['jaja ', { name: 'KEKW', emoji: list.KEKW, ...plain }])
    images[0]!.onload!()
    expect(emotes.parts('jaja KEKW')).toEqual([
      'jaja ',
      { name: 'KEKW', emoji: list.KEKW, url: images[0]!.src, width: 48, height: 32 },
    ])
  })

  test('only names of our list, and only ids that are ids', async () => {
    serve(() => json({ emotes: [{ name: 'KEKW', id: '../evil' }, { name: 'NotOnOurList', id: '01' }] }))
    await emotes.loadEmotes()
    expect(images).toEqual([])
    expect(emotes.parts('NotOnOurList constructor')).toEqual(['NotOnOurList constructor'])
  })
})

describe.each([
  ['refused', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['an error', () => json({}, 503)],
  ['no JSON', () => new Response('<html>')],
] as const)('7TV: %s', (_, answer) => {
  test('the emoji stand in', async () => {
    serve(answer)
    await emotes.loadEmotes()
    expect(emotes.parts('Sadge')).toEqual([{ name: 'Sadge', emoji: list.Sadge, ...plain }])
  })
})

test('without the list a text is a text', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  await emotes.loadEmotes()
  expect(emotes.parts('Sadge <b>x</b>')).toEqual(['Sadge <b>x</b>'])
})

test('nothing of a text is lost or moved', async () => {
  serve(() => json({ emotes: [] }))
  await emotes.loadEmotes()
  for (const text of ['', ' ', 'KEKW', '  KEKW  Pog ', 'kekw KEKW! xKEKW', 'a\u202eb KEKW', 'hola 👩‍👩‍👧 Clap Clap']) {
    const said = emotes.parts(text).map((part) => (typeof part === 'string' ? part : part.name))
    expect(said.join('')).toBe(text)
  }
  expect(emotes.parts('kekw KEKW! xKEKW')).toEqual(['kekw KEKW! xKEKW'])
})

test('each name has one emoji', () => {
  for (const [name, emoji] of Object.entries(list)) {
    expect(name).toMatch(/^\w{3,20}$|^EZ$/)
    expect([...new Intl.Segmenter().segment(emoji)]).toHaveLength(1)
    expect(emoji).toMatch(/\p{Extended_Pictographic}/u)
  }
})
