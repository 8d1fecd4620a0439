"""A show as a pure function: line k, its author, its words and its due time are f(show, k).

Lines are addressed by block of BLOCK. A block has its categories in exact proportion (40 / 30 / 20 / 10 %), so the
ordinal of each line within its category is known without the lines before it, and with it the card of the deck it
draws. Only the author of a block's first line looks back, at the raw authors of the block before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chatsim import builtin
from chatsim.cast import Cast, Chatter, cast_of
from chatsim.chance import chance, shuffled
from chatsim.names import Lang, Mode
from chatsim.pace import BLOCK, Pace, Timing
from chatsim.packs import Pack, PackRef, categories, fill

# The version of f: raise it when any line of an existing show would change. A test holds the bytes.
ENGINE = 1
# Lines of each category in a block of 20: 40 %, 30 %, 20 %, 10 %.
SHARES = (8, 6, 4, 2)


@dataclass(frozen=True)
class Show:
    """One streaming session of one user. `number` grows with each show of a user; 0 is an unlisted show.

    `first_k` is the number of its first line: a show that continues another (`continues`, its id) goes on counting.
    `spoke_last` is the username of the last line before it. `started_at` epoch ms.
    """

    id: str
    number: int
    engine: int
    seed: int
    cast_seed: int
    game: str
    display_name: str
    mode: Mode
    lang: Lang
    pace: Pace
    started_at: int
    pack: PackRef
    first_k: int = 0
    continues: str = ""
    spoke_last: str = ""


@dataclass(frozen=True)
class Line:
    """What one chatter says. `due` epoch ms on the server's clock."""

    id: str
    due: int
    chatter: Chatter
    text: str
    category: str


class Script:
    """Every line a show will ever speak, made where one looks."""

    def __init__(self, show: Show, pack: Pack) -> None:
        self.show = show
        self.cast = cast_of(show.cast_seed, builtin.speech_of(show.lang), show.pace.viewers)
        self._timing = Timing(show.seed, show.pace, show.started_at)
        self._pack = pack
        self._categories = categories(show.mode)

    def due(self, k: int) -> int:
        return self._timing.due(k - self.show.first_k)

    def k_at(self, time_ms: int) -> int:
        """The first line due at this time or later."""
        return self.show.first_k + self._timing.number_at(time_ms)

    def author(self, k: int) -> int:
        """The number of who speaks line k; its first line is not for who spoke last in the show it continues."""
        chosen = self._by_block(k)
        if k == self.show.first_k and self.cast.chatters[chosen].username == self.show.spoke_last:
            chosen = self.cast.pick(chance(self.show.seed, "seam", k, "k"), {chosen, self._by_block(k + 1)})
        return chosen

    def _by_block(self, k: int) -> int:
        return authors(self.show.seed, self.cast, k // BLOCK)[k % BLOCK]

    def line(self, k: int) -> Line:
        block, place = divmod(k, BLOCK)
        kind, ordinal = plan(self.show.seed, block)[place]
        category = self._categories[kind]
        phrase = draw(self.show.seed, category, self._pack.phrases[category], ordinal)
        return Line(
            f"{self.show.id}.{k}",
            self.due(k),
            self.cast.chatters[self.author(k)],
            fill(phrase, self.show.display_name),
            category,
        )

    def lines(self, k: int) -> Iterator[Line]:
        while True:
            yield self.line(k)
            k += 1


@lru_cache(maxsize=256)
def plan(seed: int, block: int) -> tuple[tuple[int, int], ...]:
    """For each line of a block its kind (0-3, the place in SHARES) and its ordinal among all lines of that kind."""
    kinds = [kind for kind, share in enumerate(SHARES) for _ in range(share)]
    seen = [block * share for share in SHARES]
    planned = []
    for kind in shuffled(chance(seed, "kinds", block), kinds):
        planned.append((kind, seen[kind]))
        seen[kind] += 1
    return tuple(planned)


def draw(seed: int, deck: str, phrases: Sequence[str], ordinal: int) -> str:
    """The card that comes up at this ordinal: every phrase once before any comes twice."""
    turn, place = divmod(ordinal, len(phrases))
    return phrases[_order(seed, deck, len(phrases), turn)[place]]


@lru_cache(maxsize=64)
def _order(seed: int, deck: str, size: int, turn: int) -> tuple[int, ...]:
    """The order of one turn of a deck. Its halves keep their members, so a phrase rests for half a deck or more."""
    whole = shuffled(chance(seed, "deck", deck), range(size))
    half = size // 2
    rng = chance(seed, "deck", deck, turn)
    return (*shuffled(rng, whole[:half]), *shuffled(rng, whole[half:]))


@lru_cache(maxsize=256)
def authors(seed: int, cast: Cast, block: int) -> tuple[int, ...]:
    """Who speaks each line of a block; nobody twice running, the last author of the block before included."""
    own = _raw_authors(seed, cast, block)
    if block and own[0] == (before := _raw_authors(seed, cast, block - 1)[-1]):
        own = (cast.pick(chance(seed, "seam", block), {before, own[1]}), *own[1:])
    return own


def _raw_authors(seed: int, cast: Cast, block: int) -> tuple[int, ...]:
    rng = chance(seed, "authors", block)
    chosen = [cast.pick(rng)]
    while len(chosen) < BLOCK:
        chosen.append(cast.pick(rng, chosen[-1:]))
    return tuple(chosen)
