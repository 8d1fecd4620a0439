/** Which sample a typed name means: the doors' own rule (chatsim/builtin.py), over tables made from the same files. */

/** `games`: sample of a game by each of its plain names; `titles`: genre by plain title. */
export interface Index {
  games: Record<string, string>
  titles: Record<string, string>
}

/** The sample of a game with a pack of its own, of the genre of the longest title the name begins with, or `generic`. */
export function sampleOf(name: string, { games, titles }: Index): string {
  const whole = plain(name)
  let found = own(games, whole)
  for (let start = whole; start && !found; start = start.slice(0, Math.max(0, start.lastIndexOf(' '))))
    found = own(titles, start)
  return found ?? 'generic'
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
