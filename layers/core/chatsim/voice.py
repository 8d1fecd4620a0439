"""How a person writes: the same phrase in many hands, each with its own casing, marks, laughter, slips and emotes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, cached_property
from math import log
from typing import NamedTuple

from chatsim import data
from chatsim.chance import Dice, Luck, below, between, one_of

EMOTE = re.compile(
    r"\b(?:[A-Z]{3,}[a-z]*|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|xd+|Pog\w*)\b|[☀-➿⭐⬀-⯿\U0001F000-\U0001FAFF]|<3|:v|:\)"
)
# A look at each letter first: most begin no laughter.
LAUGH = re.compile(
    r"(?=[jhxlrk😂🤣])(?:(?:[jh][aeiou]){2}|j[as]j|\bx+d+\b|\blo+l\b|lma+o|\brofl\b|KEKW|LUL|[😂🤣])", re.IGNORECASE
)
_BARE = str.maketrans("áéíóúÁÉÍÓÚ", "aeiouAEIOU", "¿¡")
_OPENING = str.maketrans("", "", "¿¡")
_APOSTROPHES = str.maketrans("", "", "'’")
_STRETCHED = frozenset("aeiouyshm")
# Few enough to keep them all for every show. Of 65 people of a while one or two pairs write alike, of 220 some twenty;
# their words still differ.
HANDS = 1024
# The logarithm of a line's length that most people like, and how far from it a person's own liking may be.
USUAL_LENGTH, LENGTH_SPREAD = 3.0, 0.55


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


class Hand:
    """Habits of one person. Numbers are chances per line; `initial` that a line begins with a capital, `tail` that
    anything is put behind it. `length` is the logarithm of the one they like, `showy` how much they like emotes.

    `turn`, 0 to 1, says where between the two ends of casing they stand.
    """

    def __init__(self, luck: Luck, speech: str, turn: float) -> None:
        customs, lists, draw = CUSTOMS[speech], _lists(speech), luck.random

        def rare(share: float, most: float) -> float:
            """A habit that `share` of the people have, more or less of it."""
            drawn = draw()
            return most * (0.3 + 0.7 * drawn / share) if drawn < share else 0.0

        strict, others = customs.strictness
        self.initial = strict if turn > 1 - customs.initial else others
        self.shout = 0.75 if turn < customs.shouting else rare(0.35, 0.08)
        self.accents = draw() < 0.22
        self.brief = rare(0.45, 0.9)
        fewest, most = customs.marks
        self.mark = fewest + (most - fewest) * draw() ** 2
        self.commas = draw() < 0.85
        self.laugh = rare(0.7, customs.laughing)
        self.laughs = one_of(luck, lists["laughs"]).split()
        self.emote = rare(*customs.emotes)
        emotes = lists["emotes"]
        self.emotes = [one_of(luck, emotes), one_of(luck, emotes), one_of(luck, emotes)]
        self.stretch = rare(0.5, customs.stretching)
        self.slip = rare(0.5, 0.05)
        self.doubled = rare(0.3, 0.06)
        self.stop = rare(customs.stops, 0.5)
        self.length = USUAL_LENGTH + LENGTH_SPREAD * (draw() + draw() - 1)
        self.showy = draw()
        self.tail = self.laugh + self.emote + self.stretch + self.doubled + self.stop


@cache
def hand_of(speech: str, turn: int) -> Hand:
    """One of HANDS; from the lowest, who shout, to the highest, who begin with a capital."""
    return Hand(Dice(f"{speech}/{turn}"), speech, (turn + 0.5) / HANDS)


class Phrase:
    """A phrase as it is said and what a hand needs to know of it: at once what every hand asks, else at first need."""

    def __init__(self, text: str, speech: str) -> None:
        self._speech = speech
        self.plain = text.translate(_OPENING)
        self.bare = self.plain.translate(_BARE if speech == "es" else _APOSTROPHES)
        self.words = text.count(" ") + 1
        self.asks = self.plain.endswith("?")
        self.length = log(len(text))

    def behind(self, opener: Phrase) -> Phrase:
        """The same behind a word that opens it ("oye,")."""
        longer = Phrase(f"{opener.plain} {self.plain}", self._speech)
        longer.shown = self.shown
        return longer

    def part(self, text: str) -> Phrase:
        """A part of it, which is said as it stands."""
        return Phrase(text, self._speech)

    @cached_property
    def shown(self) -> bool:
        """Whether an emote is in it, whose letters stay as they are."""
        return bool(EMOTE.search(self.plain))

    @cached_property
    def brief(self) -> str:
        return _briefer(self._speech)(self.bare) if self.words > 2 else self.bare

    @cached_property
    def laughs(self) -> bool:
        return bool(LAUGH.search(self.plain))


def bare(text: str) -> str:
    """Without accents and opening marks, as most people write; ñ stays, which is a letter of its own."""
    return text.translate(_BARE)


def write(rng: Luck, hand: Hand, phrase: Phrase, *, tail: bool = True) -> str:
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
    if not tail:
        return text
    luck = chance()
    return _tailed(rng, luck, hand, phrase, text) if luck < hand.tail else text


def _cased(luck: float, hand: Hand, phrase: Phrase, text: str) -> str:
    if phrase.shown:
        return text
    if luck < hand.shout:
        return text.upper()
    if luck > 1 - hand.initial:
        return text[0].upper() + text[1:]
    # Who begins in lower case keeps no capitals elsewhere, but for a word that is shouted.
    return text if text.isupper() or hand.accents else text.lower()


def _tailed(rng: Luck, luck: float, hand: Hand, phrase: Phrase, text: str) -> str:
    if luck < hand.laugh:
        return text if phrase.laughs or phrase.asks else f"{text} {laugh(rng, hand)}"
    luck -= hand.laugh
    if luck < hand.emote:
        return text if phrase.shown or phrase.laughs else f"{text} {emote(rng, hand)}"
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


def laugh(rng: Luck, hand: Hand) -> str:
    return one_of(rng, hand.laughs)


def emote(rng: Luck, hand: Hand) -> str:
    return one_of(rng, hand.emotes)


def _stretched(rng: Luck, text: str) -> str:
    last = text[-1]
    return text + last * between(rng, 2, 5) if last.lower() in _STRETCHED else text


def _slipped(rng: Luck, text: str) -> str:
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
