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


class Card:
    """A phrase of a pack and what the talk needs to know of it.

    `titled` says that it names the title; `about` has a bit for each word that tells what it is about; `subject` is a
    thing with its article ("el warden") that other cards speak of too, empty where there is none.
    """

    def __init__(self, text: str, titled: bool, about: int, subject: str) -> None:
        self.text, self.titled, self.about, self.subject = text, titled, about, subject


class Repertoire:
    """`decks` are the four of the mode, and `reach` how far ahead in each the talk may choose."""

    def __init__(self, pack: Pack, mode: Mode, lang: Lang, title: str) -> None:
        speech = lang.partition("-")[0]
        self.talk = small_talk(speech)
        self._speech, self._say = speech, speaker_of(lang)
        self._title, self._short = title, pack.short or short_of(title, mode)
        self._phrases: dict[str, Phrase] = {}
        self._replies: dict[str, str | Choice] = {}
        decks = [pack.phrases[category] for category in categories(mode)]
        names = {"{game}", title.casefold(), self._short.casefold(), plain(title) or "{game}"}
        subjects = self._subjects_of(decks)
        self.decks = [
            [
                Card(text, _names(text, names), about, subjects.get(text, ""))
                for text, about in zip(deck, abouts, strict=True)
            ]
            for deck, abouts in zip(decks, _about(decks, names), strict=True)
        ]
        self.reach = [_reach(len(deck), need) for deck, need in zip(decks, PER_HOUR, strict=True)]
        self.titles = self.talk[f"title {mode}"]

    def phrase(self, text: str) -> Phrase:
        """A phrase as it is said here, the title as a chat calls it."""
        found = self._phrases.get(text)
        if not found:
            if len(self._phrases) > 2_000:
                self._phrases.clear()
            found = self._phrases[text] = Phrase(self._filled(text), self._speech)
        return found

    def in_full(self, text: str) -> Phrase:
        """The same with the title as it was typed."""
        return self.phrase(text.replace("{game}", "{title}"))

    def _filled(self, text: str) -> str:
        return self._say(text).replace("{game}", self._short).replace("{title}", self._title)

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

    def _subjects_of(self, decks: list[tuple[str, ...]]) -> dict[str, str]:
        """Of phrases the first thing they speak of that others speak of too."""
        articles = re.compile(rf"\b(?:{'|'.join(self.talk['articles'])}) (\w{{4,}})")
        found = {
            text: [the[0] for the in articles.finditer(text) if the[1] not in self.talk["no subject"]]
            for deck in decks[:3]
            for text in deck
        }
        heard = Counter(chain.from_iterable(found.values()))
        return {text: next((the for the in ones if heard[the] >= SUBJECT), "") for text, ones in found.items()}


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
