"""How a person writes: the same phrase in many hands, each with its own casing, marks, laughter, slips and emotes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, cached_property
from math import log
from random import Random
from typing import NamedTuple

from chatsim import data
from chatsim.chance import below, between

EMOTE = re.compile(
    r"\b(?:[A-Z]{3,}[a-z]*|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|xd+|Pog\w*)\b|[☀-➿⭐⬀-⯿\U0001F000-\U0001FAFF]|<3|:v|:\)"
)
LAUGH = re.compile(
    r"(?:[jh][aeiou]){2}|[jJ][aA][jJ]|[jJ][sS][jJ]|\bx+d+\b|\blo+l\b|lma+o|\brofl\b|KEKW|LUL|[😂🤣]", re.IGNORECASE
)
_BARE = str.maketrans("áéíóúÁÉÍÓÚ", "aeiouAEIOU", "¿¡")
_OPENING = str.maketrans("", "", "¿¡")
_APOSTROPHES = str.maketrans("", "", "'’")
_STRETCHED = frozenset("aeiouyshm")
# The logarithm of a line's length that most people like, and how far from it a person's own liking may be.
USUAL_LENGTH, LENGTH_SPREAD = 3.0, 0.6


class Customs(NamedTuple):
    """What differs between languages. Shares of people, and the highest chance per line of those who do it."""

    initial: float
    shouting: float
    strictness: tuple[float, float]
    marks: tuple[float, float]
    laughing: float
    emotes: tuple[float, float]
    stops: float
    stretching: float


CUSTOMS = {
    "es": Customs(0.21, 0.08, (0.91, 0.035), (0.1, 0.75), 0.17, (0.45, 0.32), 0.0, 0.09),
    "en": Customs(0.42, 0.05, (0.8, 0.12), (0.25, 0.9), 0.14, (0.5, 0.5), 0.2, 0.03),
}


class Hand(NamedTuple):
    """Habits of one person. Numbers are chances per line; `initial` that a line begins with a capital."""

    initial: float
    shout: float
    accents: bool
    brief: float
    mark: float
    commas: bool
    laugh: float
    laughs: tuple[str, ...]
    emote: float
    emotes: tuple[str, ...]
    stretch: float
    slip: float
    doubled: float
    stop: float
    length: float
    showy: float


# A hand without habits.
PLAIN = Hand(0, 0, True, 0, 1, True, 0, (), 0, (), 0, 0, 0, 0, USUAL_LENGTH, 0)


class Phrase:
    """A phrase and what a hand needs to know of it: at once what every hand asks, at first need what few do."""

    def __init__(self, text: str, speech: str) -> None:
        self._speech = speech
        self.plain = text.translate(_OPENING)
        self.bare = self.plain.translate(_BARE if speech == "es" else _APOSTROPHES)
        self.words = text.count(" ") + 1
        self.asks = self.plain.endswith("?")
        self.shown = bool(EMOTE.search(text))
        self.length = log(len(text))

    @cached_property
    def brief(self) -> str:
        return _briefer(self._speech)(self.bare) if self.words > 2 else self.bare

    @cached_property
    def laughs(self) -> bool:
        return bool(LAUGH.search(self.plain))


def bare(text: str) -> str:
    """Without accents and opening marks, as most people write; ñ stays, which is a letter of its own."""
    return text.translate(_BARE)


def hand_of(rng: Random, speech: str, turn: float) -> Hand:
    """The habits of a person; `turn`, 0 to 1, says where between the two ends of casing they stand."""
    customs, lists = CUSTOMS[speech], _lists(speech)

    def rare(share: float, most: float) -> float:
        """A habit that `share` of the people have, more or less of it."""
        luck = rng.random()
        return most * (0.3 + 0.7 * luck / share) if luck < share else 0.0

    shouting, initial = turn < customs.shouting, turn > 1 - customs.initial
    emotes = lists["emotes"]
    return Hand(
        initial=customs.strictness[0] if initial else customs.strictness[1],
        shout=0.75 if shouting else rare(0.35, 0.08),
        accents=rng.random() < 0.22,
        brief=rare(0.45, 0.9),
        mark=customs.marks[0] + (customs.marks[1] - customs.marks[0]) * rng.random() ** 2,
        commas=rng.random() < 0.85,
        laugh=rare(0.7, customs.laughing),
        laughs=tuple(lists["laughs"][below(rng, len(lists["laughs"]))].split()),
        emote=rare(*customs.emotes),
        emotes=tuple(emotes[below(rng, len(emotes))] for _ in range(3)),
        stretch=rare(0.5, customs.stretching),
        slip=rare(0.5, 0.05),
        doubled=rare(0.3, 0.06),
        stop=rare(customs.stops, 0.5),
        length=USUAL_LENGTH + LENGTH_SPREAD * (rng.random() + rng.random() - 1),
        showy=rng.random(),
    )


def write(rng: Random, hand: Hand, phrase: Phrase, *, tail: bool = True) -> str:
    """The phrase in somebody's hand; with at most one tail (a laugh, an emote, a drawn-out end)."""
    chance = rng.random
    text = phrase.plain if hand.accents else phrase.bare
    if hand.brief and chance() < hand.brief:
        text = phrase.brief
    if phrase.asks:
        if chance() >= hand.mark:
            text = text.rstrip("?")
    elif not hand.commas and "," in text:
        text = text.replace(",", "")
    if hand.slip and chance() < hand.slip:
        text = _slipped(rng, text)
    text = _cased(chance(), hand, phrase, text)
    return _tailed(rng, hand, phrase, text) if tail else text


def _cased(luck: float, hand: Hand, phrase: Phrase, text: str) -> str:
    if phrase.shown:
        return text
    if luck < hand.shout:
        return text.upper()
    if luck > 1 - hand.initial:
        return text[0].upper() + text[1:]
    # Who begins in lower case keeps no capitals elsewhere, but for a word that is shouted.
    return text if text.isupper() or hand.accents else text.lower()


def _tailed(rng: Random, hand: Hand, phrase: Phrase, text: str) -> str:
    luck = rng.random()
    if luck < hand.laugh:
        return text if phrase.laughs or phrase.asks else f"{text} {laugh(rng, hand)}"
    luck -= hand.laugh
    if luck < hand.emote:
        return text if phrase.shown or phrase.laughs else f"{text} {hand.emotes[below(rng, 3)]}"
    luck -= hand.emote
    if luck < hand.stretch:
        return _stretched(rng, text) if phrase.words < 4 and not phrase.shown else text
    luck -= hand.stretch
    if luck < hand.doubled:
        return text + ("??" if phrase.asks and text[-1] != "?" else "!!") if text[-1].isalpha() else text
    luck -= hand.doubled
    if luck < hand.stop and phrase.words > 2 and text[-1].isalpha():
        return text + "."
    return text


def laugh(rng: Random, hand: Hand) -> str:
    return hand.laughs[below(rng, len(hand.laughs))]


def emote(rng: Random, hand: Hand) -> str:
    return hand.emotes[below(rng, len(hand.emotes))]


def _stretched(rng: Random, text: str) -> str:
    last = text[-1]
    return text + last * between(rng, 2, 5) if last.lower() in _STRETCHED else text


def _slipped(rng: Random, text: str) -> str:
    """A slip of the fingers in a long word: two letters change places, one is lost or comes twice."""
    words = text.split(" ")
    at = below(rng, len(words))
    word = words[at]
    if len(word) < 5 or not word.isalpha() or word != word.lower():
        return text
    i, kind = between(rng, 1, len(word) - 3), below(rng, 3)
    middle = (word[i + 1] + word[i], word[i + 1], word[i] * 2 + word[i + 1])[kind]
    words[at] = word[:i] + middle + word[i + 2 :]
    return " ".join(words)


@cache
def _lists(speech: str) -> dict[str, tuple[str, ...]]:
    return data.sections(data.read(f"voice/{speech}.txt"))[1]


@cache
def _briefer(speech: str) -> Callable[[str], str]:
    """Writes the words of a phrase as a hurried hand does."""
    pairs = dict(line.split(" = ") for line in _lists(speech)["brief"])
    words = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, pairs), key=lambda w: (-len(w), w)))})\b")
    return lambda text: words.sub(lambda found: pairs[found[0]], text)
