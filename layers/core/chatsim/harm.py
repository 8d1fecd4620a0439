"""What nobody may have a chat say, in Spanish and English: the words of offensive.txt and the phrases of harm.txt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from chatsim import data
from chatsim.spelling import readings

# A group of people and contempt, in any order, are hate. What begins or ends within a harmless phrase is none of the
# others.
_GROUPS, _CONTEMPT, _HARMLESS = "groups", "contempt", "harmless"
# Words that `...` may stand for.
_GAP = 3
# Letters of a word that nobody writes by chance in two pieces or backwards.
_NO_CHANCE = 6


def harm_in(text: str, but: frozenset[str] = frozenset()) -> str:
    """What the text does: a section of harm.txt, or `word`; empty for no harm. Sections in `but` are not looked for."""
    ways = [way.split() for way in readings(text)]
    if any(not words().isdisjoint({*way, "".join(way)}) for way in ways):
        return "word"
    found = {kind for way in ways for kind in _kinds(way)} - but
    if found >= {_GROUPS, _CONTEMPT}:
        return "hate"
    return min(found - {_GROUPS, _CONTEMPT}, default="word" if any(map(_hides_a_word, ways)) else "")


@cache
def words() -> frozenset[str]:
    """The words that no game or topic may bear, lower case and without accents."""
    _, lists = data.sections(data.read("offensive.txt"))
    return frozenset(word for own in lists.values() for word in own)


@cache
def _long_words() -> frozenset[str]:
    """Those that two harmless words in a row, or one backwards, do not make by chance."""
    return frozenset(word for word in words() if len(word) >= _NO_CHANCE)


@cache
def written() -> dict[str, tuple[str, ...]]:
    """The phrases of harm.txt by section, each whole: a line that ends with `/` goes on in the next."""
    _, kinds = data.sections(data.read("harm.txt"))
    return {kind: tuple("\n".join(lines).replace("/\n", "/").splitlines()) for kind, lines in kinds.items()}


class _Slot(NamedTuple):
    """One word of a phrase: any of `exact`, or one that begins with one of `stems`. `gap`: a few words, any."""

    exact: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    optional: bool = False
    gap: bool = False

    @classmethod
    def of(cls, written: str) -> _Slot:
        if written == "...":
            return cls(gap=True)
        either = written.removesuffix("?").split("/")
        exact = frozenset(word for word in either if not word.endswith("*"))
        return cls(exact, tuple(word[:-1] for word in either if word.endswith("*")), written.endswith("?"))

    def fits(self, word: str) -> bool:
        return word in self.exact or (bool(self.stems) and word.startswith(self.stems))


def _hides_a_word(way: Sequence[str]) -> bool:
    """Whether one of `words` is among them in two pieces (`sui cidate`) or backwards (`etadicius`)."""
    return not _long_words().isdisjoint({*map("".join, pairwise(way)), *(word[::-1] for word in way)})


def _kinds(way: Sequence[str]) -> set[str]:
    found = [*_found(way)]
    harmless = {at for kind, start, end in found if kind == _HARMLESS for at in range(start, end)}
    return {kind for kind, start, end in found if harmless.isdisjoint((start, end - 1))}


def _found(way: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """The kind of each phrase, where it begins and where it ends."""
    for at, word in enumerate(way):
        for kind, slots in _begun(word):
            if end := _end(slots, way, at + 1):
                yield kind, at, end


@lru_cache(maxsize=1024)
def _begun(word: str) -> tuple[tuple[str, tuple[_Slot, ...]], ...]:
    """The phrases that begin with the word, without it."""
    by_word, by_stem = _phrases()
    starts = (by_stem.get(word[:length], ()) for length in range(1, len(word) + 1))
    return tuple((kind, _slots(rest)) for kind, rest in chain(by_word.get(word, ()), *starts))


def _end(slots: tuple[_Slot, ...], way: Sequence[str], at: int) -> int:
    """Where the slots end that begin at a word of the way; 0 when they do not fit."""
    if not slots:
        return at
    slot, rest = slots[0], slots[1:]
    if slot.gap:
        return next(filter(None, (_end(rest, way, at + skipped) for skipped in range(_GAP + 1))), 0)
    if at < len(way) and slot.fits(way[at]) and (end := _end(rest, way, at + 1)):
        return end
    return _end(rest, way, at) if slot.optional else 0


@cache
def _phrases() -> tuple[dict[str, list[tuple[str, str]]], dict[str, list[tuple[str, str]]]]:
    """Kind and rest of each phrase, as it is written, by its first word and by the stem of it."""
    by_word: dict[str, list[tuple[str, str]]] = defaultdict(list)
    by_stem: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for kind, phrases in written().items():
        for phrase in phrases:
            first, _, rest = phrase.partition(" ")
            for word in first.split("/"):
                if word.endswith("*"):
                    by_stem[word[:-1]].append((kind, rest))
                else:
                    by_word[word].append((kind, rest))
    return dict(by_word), dict(by_stem)


@cache
def _slots(rest: str) -> tuple[_Slot, ...]:
    """The slots of a phrase that some text has begun: few ever are, and all of them would take 100 ms."""
    return tuple(map(_Slot.of, rest.split()))
