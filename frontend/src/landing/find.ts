/** Which sample a typed name means: the doors' own rule (chatsim/builtin.py), over tables made from the same files. */

/** `games`, `titles`: sample of a game, and of a genre or subgenre, by plain name; `keywords` of each of these. */
export interface Index {
  games: Record<string, string>
  titles: Record<string, string>
  keywords: [sample: string, words: string[]][]
}

/** The sample of a game, of the longest title the name begins with, of one of its words, or `generic`. */
export function sampleOf(name: string, { games, titles, keywords }: Index): string {
  const whole = plain(name)
  let found = own(games, whole)
  for (let start = whole; start && !found; start = start.slice(0, Math.max(0, start.lastIndexOf(' '))))
    found = own(titles, start)
  return found ?? keywords.find(([, words]) => words.some((word) => ` ${whole} `.includes(word)))?.[0] ?? 'generic'
}

/** Lower case without accents, all but letters and digits turned into single spaces. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** Somebody may type `constructor`. */
const own = (table: Record<string, string>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined
