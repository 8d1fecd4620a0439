"""What nobody may have a chat say, in Spanish and English: the words of offensive.txt and the phrases of harm.txt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from chatsim import data
from chatsim.spelling import readings

# A group of people and contempt, in any order, are hate.
_GROUPS, _CONTEMPT = "groups", "contempt"
# Words that `...` may stand for.
_GAP = 3


def harm_in(text: str, but: frozenset[str] = frozenset()) -> str:
    """What the text does: a section of harm.txt, or `word`; empty for no harm. Sections in `but` are not looked for."""
    ways = [way.split() for way in readings(text)]
    if any(not words().isdisjoint({*way, "".join(way)}) for way in ways):
        return "word"
    found = {kind for way in ways for kind in _kinds(way)} - but
    if found >= {_GROUPS, _CONTEMPT}:
        return "hate"
    return min(found - {_GROUPS, _CONTEMPT}, default="")


@cache
def words() -> frozenset[str]:
    """The words that no game or topic may bear, lower case and without accents."""
    _, lists = data.sections(data.read("offensive.txt"))
    return frozenset(word for own in lists.values() for word in own)


@dataclass(frozen=True)
class _Slot:
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


_Phrase = tuple[str, tuple[_Slot, ...]]


def _kinds(way: Sequence[str]) -> Iterator[str]:
    by_word, by_stem = _phrases()
    stems = tuple(by_stem)
    for at, word in enumerate(way):
        begun = by_word.get(word, [])
        if word.startswith(stems):
            begun = begun + [phrase for stem, own in by_stem.items() if word.startswith(stem) for phrase in own]
        for kind, slots in begun:
            if _goes_on(slots, way, at + 1):
                yield kind


def _goes_on(slots: tuple[_Slot, ...], way: Sequence[str], at: int) -> bool:
    if not slots:
        return True
    slot, rest = slots[0], slots[1:]
    if slot.gap:
        return any(_goes_on(rest, way, at + skipped) for skipped in range(_GAP + 1))
    if at < len(way) and slot.fits(way[at]) and _goes_on(rest, way, at + 1):
        return True
    return slot.optional and _goes_on(rest, way, at)


@cache
def _phrases() -> tuple[dict[str, list[_Phrase]], dict[str, list[_Phrase]]]:
    """The rest of each phrase by its first word, and by the stem of it."""
    by_word: dict[str, list[_Phrase]] = defaultdict(list)
    by_stem: dict[str, list[_Phrase]] = defaultdict(list)
    _, kinds = data.sections(data.read("harm.txt"))
    for kind, phrases in kinds.items():
        for phrase in phrases:
            first, *rest = map(_Slot.of, phrase.split())
            for word in first.exact:
                by_word[word].append((kind, tuple(rest)))
            for stem in first.stems:
                by_stem[stem].append((kind, tuple(rest)))
    return dict(by_word), dict(by_stem)
