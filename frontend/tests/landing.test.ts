import { describe, expect, test } from 'vitest'
import { sampleOf } from '../src/landing/find'

const INDEX = {
  games: { minecraft: 'minecraft', rdr2: 'red-dead-redemption-2', 'baldur s gate 3': 'baldurs-gate-3' },
  titles: { minecraft: 'survival', 'dark souls': 'soulslike', 'god of war': 'rpg', god: 'strategy', pokemon: 'rpg' },
  keywords: [
    ['horror', [' terror ', ' zombi']],
    ['party', [' hide seek ']],
  ] as [string, string[]][],
}

describe('the sample of a typed name', () => {
  test.each([
    ['Minecraft', 'minecraft'],
    ['  RDR2 ', 'red-dead-redemption-2'],
    ['Baldur’s Gate 3', 'baldurs-gate-3'],
    ['Minecraft Dungeons', 'survival'],
    ['dark souls', 'soulslike'],
    ['Dark Souls III: Prepare to Die', 'soulslike'],
    ['God of War Ragnarök', 'rpg'],
    ['Pokémon', 'rpg'],
    ['Zombies del Barrio', 'horror'],
    ['Hide & Seek', 'party'],
    ['Terrorífico', 'generic'],
    ['Dark', 'generic'],
    ['Darksouls', 'generic'],
    ['1942', 'generic'],
    ['ゼルダ', 'generic'],
    ['!!!', 'generic'],
    ['', 'generic'],
    ['constructor', 'generic'],
    ['__proto__', 'generic'],
  ])('%j is %s', (name, sample) => {
    expect(sampleOf(name, INDEX)).toBe(sample)
  })
})
