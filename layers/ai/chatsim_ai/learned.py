"""A second opinion on a line: how like the harmful lines of tests/faults/golden it is, by a linear model.

It weighs the words of a line, their parts, and the kinds of words (word_kinds.txt) that stand together: of a group of
people and of vermin, of "you" and of a bridge. What weighs how much is learned by tests/faults/learn.py.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain, combinations, pairwise, product
from math import sqrt
from pathlib import Path
from zlib import crc32

from chatsim import data

FOLDER = Path(__file__).parent
# So many weights, each a byte; a feature's is the one its hash names.
BUCKETS = 1 << 18
# A weight of 1.0 in the file.
UNIT = 32
# The weight that every line has.
ALWAYS = 0
# How much the kinds of words say beside the words themselves.
KINDS_WEIGHT = 0.5


def is_harmful(readings: Iterable[str]) -> bool:
    """Whether one of the ways to read a line (see `chatsim.spelling.readings`) is like the harmful ones."""
    return any(score(reading) > 0 for reading in readings)


def score(reading: str) -> float:
    """Above 0 for what is more like the harmful lines, below for what is more like the harmless ones."""
    of = weights()
    words, kinds = (sum(of[at] for at in group) / sqrt(len(group) or 1) for group in features(reading))
    return (of[ALWAYS] + words + KINDS_WEIGHT * kinds) / UNIT


def features(reading: str) -> tuple[list[int], list[int]]:
    """Where in the weights to look: for the words of a reading, their parts and pairs, and for the kinds of words.

    Who writes lines to test a filter says "streamer" and "stream" more often in harmful ones: those words say nothing.
    """
    words = [word for word in reading.split() if not word.startswith("stream")]
    pairs = [_at(f"{first} {second}") for first, second in pairwise(["", *words, ""])]
    kinds = [kinds_of(word) for word in words]
    seen = sorted({*chain(*kinds)})
    together = [_at(f"{first}+{second}") for first, second in combinations(seen, 2)]
    in_order = [_at(f"{first}>{second}") for here, there in pairwise(kinds) for first, second in product(here, there)]
    return [*chain(*map(_of_word, words)), *pairs], [*(_at(f"[{kind}]") for kind in seen), *together, *in_order]


@lru_cache(maxsize=4096)
def kinds_of(word: str) -> tuple[str, ...]:
    """The kinds of word_kinds.txt that a word is of, in order of name."""
    whole, begun = _kinds()
    stems = (begun.get(word[:length], ()) for length in range(2, len(word) + 1))
    return tuple(sorted({*whole.get(word, ()), *chain(*stems)}))


@lru_cache(maxsize=4096)
def _of_word(word: str) -> tuple[int, ...]:
    """The word itself and its parts of 3 to 5 letters, where it begins and ends being one more."""
    bound = f" {word} "
    parts = {bound[at : at + length] for length in (3, 4, 5) for at in range(len(bound) - length + 1)}
    return (_at(f"={word}"), *map(_at, sorted(parts)))


@lru_cache(maxsize=16384)
def _at(feature: str) -> int:
    return 1 + crc32(feature.encode()) % (BUCKETS - 1)


@cache
def _kinds() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The kinds of whole words, and of what words begin with."""
    whole: dict[str, list[str]] = defaultdict(list)
    begun: dict[str, list[str]] = defaultdict(list)
    for kind, lines in data.sections((FOLDER / "word_kinds.txt").read_text("utf-8"))[1].items():
        for word in chain(*map(str.split, lines)):
            (begun if word.endswith("*") else whole)[word.removesuffix("*")].append(kind)
    return whole, begun


@cache
def weights() -> array[int]:
    return array("b", (FOLDER / "learned.bin").read_bytes())
