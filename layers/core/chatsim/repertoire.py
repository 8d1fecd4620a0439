"""What a show's people have to say: its pack, filled with the title and said as in its region; and the small talk.

A pack is looked through once for what the talk needs: which phrases name the title, which subject each one is about.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from chatsim import data
from chatsim.decks import part_of
from chatsim.names import Lang, Mode, short_of
from chatsim.packs import Pack, categories
from chatsim.regions import speaker_of
from chatsim.spelling import plain
from chatsim.voice import Phrase, bare

KEPT = 12
# Talk stays on a subject: of the next few cards the one is played that shares a word with what was just said, as far as
# a deck is large enough that none of its cards comes more than twice in an hour of 720 lines.
REACH = 8
PER_HOUR = (288, 0, 144, 0)
# Words of four letters or more tell what a card is about when more than one card has them, and at most this share.
TELLING = 0.02
# A word that stands behind an article this often in a pack is one of its subjects.
SUBJECT = 2


class Choice(NamedTuple):
    """What a question lets one choose between."""

    one: str
    other: str


class Repertoire:
    """`sizes` of the four decks of the mode; `lengths` of their cards; `titled` which of them name the title."""

    def __init__(self, pack: Pack, mode: Mode, lang: Lang, title: str) -> None:
        speech = lang.partition("-")[0]
        self.talk = small_talk(speech)
        self._speech, self._say = speech, speaker_of(lang)
        self._title, self._short = title, pack.short or short_of(title, mode)
        self._cards = [pack.phrases[category] for category in categories(mode)]
        self._phrases: dict[tuple[str, bool], Phrase] = {}
        self._replies: dict[str, str | Choice] = {}
        self.sizes = [len(cards) for cards in self._cards]
        self.lengths = [[len(card) for card in cards] for cards in self._cards]
        names = {"{game}", title.casefold(), self._short.casefold(), plain(title) or "{game}"}
        self.titled = [[_names(card, names) for card in cards] for cards in self._cards]
        self.reach = [_reach(size, need) for size, need in zip(self.sizes, PER_HOUR, strict=True)]
        self.about = _about(self._cards, names)
        self.titles = self.talk[f"title {mode}"]
        self._articles = re.compile(rf"\b(?:{'|'.join(self.talk['articles'])}) (\w{{4,}})")
        found = {card: self._subjects_in(card) for cards in self._cards[:3] for card in cards}
        heard = Counter(chain.from_iterable(found.values()))
        self._subjects = {
            card: often[0] for card, ones in found.items() if (often := [the for the in ones if heard[the] >= SUBJECT])
        }

    def card(self, kind: int, place: int) -> str:
        return self._cards[kind][place]

    def phrase(self, text: str, short: bool = True) -> Phrase:
        """A phrase as it is said here; `short` names the title as a chat does, else in full."""
        found = self._phrases.get((text, short))
        if not found:
            if len(self._phrases) > 2_000:
                self._phrases.clear()
            filled = self._say(text)
            if "{game}" in filled:
                filled = filled.replace("{game}", self._short if short else self._title)
            found = self._phrases[text, short] = Phrase(filled, self._speech)
        return found

    def opened(self, phrase: Phrase, opener: str) -> Phrase:
        """A phrase behind a word that opens it ("oye,")."""
        return Phrase(f"{self._say(opener)} {phrase.plain}", self._speech)

    def subject(self, text: str) -> str:
        """What a phrase is about, with its article ("el warden"); empty when nothing stands out."""
        return self._subjects.get(text, "")

    def asked(self, question: str) -> str | Choice:
        """What kind of answer a question wants: the name of a list of the talk, or a choice of two."""
        found = self._replies.get(question)
        if found is None:
            found = self._replies[question] = self._asked(question)
        return found

    def _asked(self, question: str) -> str | Choice:
        words = plain(question)
        between = _choice("|".join(self.talk["or"])).fullmatch(question.strip("¿? "))
        if between and words not in self.talk["no choice"]:
            return Choice(between[1], between[2])
        for kind in ("count", "open"):
            if words.startswith(self.talk[f"asks {kind}"]):
                return f"reply {kind}"
        return "reply any" if any(f" {word} " in words for word in self.talk["or"]) else "reply yes"

    def _subjects_in(self, text: str) -> list[str]:
        return [found[0] for found in self._articles.finditer(text) if found[1] not in self.talk["no subject"]]


def _reach(size: int, per_hour: int) -> int:
    return max(1, min(REACH, size // 6, (2 * size - part_of(size) - per_hour) // 2))


def _about(decks: list[tuple[str, ...]], names: set[str]) -> list[list[int]]:
    """For each card of each deck the words that tell what it is about, a bit for each."""
    words = [[_WORD.findall(bare(card).lower()) for card in deck] for deck in decks]
    counts = Counter(word for deck in words for card in deck for word in set(card))
    most = TELLING * sum(map(len, decks))
    telling = [word for word, count in counts.items() if 2 <= count <= most and word not in names]
    bits = {word: 1 << i for i, word in enumerate(telling)}
    return [[sum(bits[word] for word in set(card) & bits.keys()) for card in deck] for deck in words]


_WORD = re.compile(r"[^\W\d]{4,}")


@cache
def _choice(words: str) -> re.Pattern[str]:
    return re.compile(rf"(\w{{3,14}}) (?:{words}) ((?:(?:el|la) )?\w{{3,14}})")


def _names(card: str, names: set[str]) -> bool:
    return "{game}" in card or any(name in card.casefold() for name in names)


@lru_cache(maxsize=KEPT)
def repertoire_of(pack: Pack, mode: Mode, lang: Lang, title: str) -> Repertoire:
    """Prepared once for a pack at hand."""
    return Repertoire(pack, mode, lang, title)


@cache
def small_talk(speech: str) -> dict[str, tuple[str, ...]]:
    """Lists of data/talk: greetings, replies, words that ask and that are no subject."""
    return data.sections(data.read(f"talk/{speech}.txt"))[1]
