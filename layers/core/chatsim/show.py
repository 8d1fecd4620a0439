"""A show as a pure function: line k, its author, its words and its due time are f(show, k).

Lines are addressed by block of BLOCK, and a block needs no other: it has its categories in exact proportion, so the
ordinal of each line within its category is known without the lines before it, and with it the card of the deck that it
draws; who is there follows from the number of the line; and the authors at its ends are never those across the seam.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from chatsim import builtin
from chatsim.cast import Chatter, audience_of, cast_of
from chatsim.names import Lang, Mode
from chatsim.pace import BLOCK, Pace, Timing, rush
from chatsim.packs import Pack, PackRef, categories
from chatsim.repertoire import repertoire_of
from chatsim.talk import Conversation, Setting, Turn, another
from chatsim.voice import Phrase

# The version of f: raise it when any line of an existing show would change. A test holds the bytes.
ENGINE = 4
# Blocks a reader keeps at hand: the one it reads and its neighbours. About 70 kB.
KEPT = 4
# Scripts at hand for who comes back for the next batch.
SCRIPTS = 64


class Show(NamedTuple):
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


class Line(NamedTuple):
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
        self.cast = cast_of(show.cast_seed, builtin.speech_of(show.lang), show.pace, pack.names)
        self._timing = Timing(show.seed, show.pace, show.started_at, show.first_k)
        self._categories = categories(show.mode)
        words = repertoire_of(pack, show.mode, show.lang, show.display_name)
        self._setting = Setting(show.seed, self.cast, words, audience_of(show.pace))
        self._blocks: dict[int, list[Turn]] = {}

    def due(self, k: int) -> int:
        return self._timing.due(k)

    def k_at(self, time_ms: int) -> int:
        """The first line due at this time or later."""
        return self._timing.number_at(time_ms)

    def author(self, k: int) -> Chatter:
        return self.turn(k).chatter

    def phrase(self, text: str) -> Phrase:
        """A phrase as it is said in this show."""
        return self._setting.words.phrase(text)

    def line(self, k: int) -> Line:
        return next(self.lines(k))

    def lines(self, k: int) -> Iterator[Line]:
        """The lines from k on, without end."""
        show_id, categories = self.show.id, self._categories
        while True:
            block, place = divmod(k, BLOCK)
            for turn, due in islice(zip(self._talk(block), self._timing.dues(block), strict=True), place, None):
                yield Line(f"{show_id}.{k}", due, turn.chatter, turn.text, categories[turn.kind])
                k += 1

    def turn(self, k: int) -> Turn:
        """Line k of the talk."""
        block, place = divmod(k, BLOCK)
        return self._talk(block)[place]

    def _talk(self, block: int) -> list[Turn]:
        return self._blocks.get(block) or self._made(block)

    def _made(self, block: int) -> list[Turn]:
        if len(self._blocks) >= KEPT:
            self._blocks.clear()
        show = self.show
        turns = self._blocks[block] = Conversation(self._setting, block, rush(show.seed, show.pace, block)).run()
        if show.first_k // BLOCK == block:
            self._begin(turns, show.first_k % BLOCK)
        return turns

    def _begin(self, turns: list[Turn], place: int) -> None:
        """A show's first line is not for who spoke last in the show it continues."""
        k, last = self.show.first_k, self.show.spoke_last
        if turns[place].chatter.username == last:
            after = self.turn(k + 1).chatter.username
            turns[place] = another(self._setting, turns[place], k, (last, after))


@lru_cache(maxsize=SCRIPTS)
def script_of(show: Show, pack: Pack) -> Script:
    """The script of a show, kept with the blocks it has made: most batches find theirs there."""
    return Script(show, pack)
