"""A block of talk: who says what, in which order, and to whom.

The block's cards come from the pack's decks in fixed shares. Among the reactions are those that make a chat of it:
greetings, answers to a question just asked, a word to somebody who just spoke, echoes, the title, a subject taken up
again. Nothing in a block depends on another block: its first line is for people of one side, its last for those of the
other, so that nobody speaks twice running over the seam.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from functools import reduce
from itertools import chain, islice
from operator import or_
from typing import NamedTuple

from chatsim import voice
from chatsim.cast import Cast, Chatter, Roster
from chatsim.chance import Luck, below, between, chance, shuffled
from chatsim.decks import dealt, rotation
from chatsim.pace import BLOCK
from chatsim.repertoire import Card, Choice, Repertoire
from chatsim.voice import Phrase, write

# Lines of each category in a part of 20: 40 %, 30 %, 20 %, 10 %.
PART = 20
SHARES = (8, 6, 4, 2)
SAYING, REACTION, QUESTION, EMOTE = range(4)
PER_BLOCK = tuple(share * BLOCK // PART for share in SHARES)
PER_PART = tuple(kind for kind, share in enumerate(SHARES) for _ in range(share))

# Of 100 lines this many name the title, by the pack's own words or by ours.
TITLES = 5
# A show begins with greetings: for the first minute or two a reaction is one as often as HELLO.
HELLO, HELLO_LINES = 0.6, {5: 3, 15: 6, 60: 16, 200: 40}
OPENING_LINES = 5
# How often the title is named in full.
IN_FULL = 0.28
# How often a reaction is what: chances, tried in this order.
ANSWER, WELCOME, TO_SOMEBODY, SUBJECT, LAUGH = 0.3, 0.4, 0.16, 0.22, 0.12
NAMED = 0.5
# A question is answered by at most two, within six lines; echoes take up what was said in the last five.
ANSWERS, ANSWER_WITHIN, ECHO_WITHIN = 2, 6, 5
# Echoes grow with the rate: this share of reactions for an audience that writes twelve lines a minute.
ECHO = {5: 0.02, 15: 0.03, 60: 0.08, 200: 0.16}
ECHO_IN_RUSH = 3.0
ECHO_LENGTH = 24
# A thought in two lines: this share of the longer ones that a reaction follows is parted at a comma, and of the others
# this share gets an afterthought.
SPLIT, SPLIT_LENGTH = 0.35, 32
AFTERTHOUGHT = 0.07
# Lines of four words or more that begin with a word such as "oye,".
OPENER = 0.07
# So many may speak, looked at one after the other until it suits one so well: by the logarithm of a line's length, or
# by how far they are from who shows emotes most.
COMPANY, SUITS_WELL = 4, 0.4
# Who shows an emote shows a favourite of their own this often, else one of the pack's.
FAVOURITE = 0.75
# The first line of a block is not for one side of the people, the last not for the other.
SILENT = {0: 0, BLOCK - 1: 1}
SUITS = {"backseat": SAYING, "sceptic": QUESTION, "joker": REACTION, "fan": REACTION}
# What the last cards were about is still in the air.
STAYING = 6
# Blocks begin so far apart in a list of the small talk: a prime, so that they begin at every place of it.
APART = 61


class Turn:
    """One line of the talk before it is due: who, what, its kind; `said` is the phrase in nobody's hand, `second` says
    that it ends the thought of the line before."""

    def __init__(self, chatter: Chatter, text: str, kind: int, said: Phrase, second: bool = False) -> None:
        self.chatter, self.text, self.kind, self.said, self.second = chatter, text, kind, said, second


class Setting(NamedTuple):
    """What the talk of a show draws on."""

    seed: int
    cast: Cast
    words: Repertoire
    audience: int


def another(setting: Setting, turn: Turn, k: int, but: tuple[str, ...]) -> Turn:
    """The same words from somebody else, who is none of those left out."""
    rng = chance(setting.seed, "seam", k)
    roster, cast = setting.cast.roster(k), setting.cast
    anybody = chain(islice(roster.picked(rng), 20), roster.everybody(), map(cast.chatter, (2, 3, 4)))
    chatter = next(found for found in anybody if found.username not in but)
    return Turn(chatter, write(rng, chatter.hand, turn.said), turn.kind, turn.said)


def kinds(rng: Luck, rush: frozenset[int]) -> list[int]:
    """The categories of a block's lines, in their shares in each part of 20; in a rush people react more."""
    planned: list[int] = []
    for start in range(0, BLOCK, PART):
        part = shuffled(rng, PER_PART)
        quick = [i for i in range(PART) if start + i in rush]
        if quick:
            _react_more(rng, part, quick)
        planned += part
    return planned


def _react_more(rng: Luck, part: list[int], quick: list[int]) -> None:
    """Some of what would be said or asked in the quick places changes places with a calm reaction."""
    calm = [i for i in range(PART) if i not in quick and part[i] in (REACTION, EMOTE)]
    for i in quick:
        if part[i] in (SAYING, QUESTION) and calm and rng.random() < 0.4:
            j = calm.pop(below(rng, len(calm)))
            part[i], part[j] = part[j], part[i]


class Conversation:
    """Makes one block of talk, line by line."""

    def __init__(self, setting: Setting, block: int, rush: frozenset[int]) -> None:
        self._seed, self._cast, self._words = setting.seed, setting.cast, setting.words
        self._echo, self._hello = ECHO[setting.audience], HELLO_LINES[setting.audience]
        self._block, self._first, self._rush = block, block * BLOCK, rush
        self._rng = chance(setting.seed, "talk", block)
        self.turns: list[Turn] = []
        # Per kind this block's cards, and which of them are left.
        self._cards = [
            [deck[place] for place in dealt(self._seed, f"cards{kind}", len(deck), block * count, count)]
            for kind, (deck, count) in enumerate(zip(self._words.decks, PER_BLOCK, strict=True))
        ]
        self._left = [list(range(count)) for count in PER_BLOCK]
        # What the last few cards were about.
        self._lately: deque[int] = deque(maxlen=STAYING)
        self._air = 0
        self._dealt: dict[str, int] = {}
        self._roster: Roster
        self._passers_by: Iterator[Chatter]
        self._asked, self._answers = -ANSWER_WITHIN - 1, 0
        self._question = ""
        self._answered: tuple[str, ...] = ()
        self._subject, self._subject_at = "", -9
        self._titles = 0
        self._met: set[str] = set()
        self._welcome = -1
        self._rest: Phrase | None = None

    def run(self) -> list[Turn]:
        planned = kinds(self._rng, self._rush)
        for place, kind in enumerate(planned):
            if (self._first + place) % self._cast.while_lines == 0 or place == 0:
                self._roster = self._cast.roster(self._first + place)
                self._passers_by = self._roster.picked(self._rng)
            following = planned[place + 1] if place + 1 < BLOCK else -1
            self._speak(place, kind, following)
        return self.turns

    def _speak(self, place: int, kind: int, following: int) -> None:
        if kind == REACTION:
            rest, self._rest = self._rest, None
            return self._finish(rest) if rest else self._react(place)
        card = self._deal(kind)
        if kind == EMOTE:
            return self._show(place, card.text)
        phrase = self._titled(card.text) if card.titled else self._words.phrase(card.text)
        if phrase.words > 3 and self._rng.random() < OPENER:
            opener = self._next("question openers" if kind == QUESTION else "openers")
            phrase = phrase.behind(self._words.phrase(opener))
        if kind == QUESTION:
            self._asked, self._answers, self._answered, self._question = place, 0, (), card.text
        if card.subject:
            self._subject, self._subject_at = card.subject, place
        chatter = self._somebody(place, phrase.length, kind)
        if kind == SAYING and following == REACTION and place + 2 < BLOCK:
            halves = _halves(phrase.plain) if self._rng.random() < SPLIT else None
            if halves:
                phrase, self._rest = map(phrase.part, halves)
            elif self._rng.random() < AFTERTHOUGHT:
                self._rest = self._words.phrase(self._next("afterthoughts"))
            if self._rest:
                return self._add(chatter, write(self._rng, chatter.hand, phrase, tail=False), kind, phrase)
        return self._add(chatter, write(self._rng, chatter.hand, phrase), kind, phrase)

    def _finish(self, phrase: Phrase) -> None:
        """The second half of a thought, from whoever began it."""
        begun = self.turns[-1]
        text = write(self._rng, begun.chatter.hand, phrase)
        self.turns.append(Turn(begun.chatter, text, REACTION, phrase, True))

    def _react(self, place: int) -> None:
        rng = self._rng
        if self._first + place < self._hello and rng.random() < HELLO and self._greet(place):
            return None
        if place - self._asked <= ANSWER_WITHIN and self._answers < ANSWERS and rng.random() < ANSWER:
            return self._answer(place)
        if self._welcome >= 0 and rng.random() < WELCOME:
            newcomer, self._welcome = self.turns[self._welcome], -1
            return self._say(place, self._next("welcome"), newcomer)
        echo = self._echo * (ECHO_IN_RUSH if place in self._rush else 1)
        luck = rng.random()
        if luck < echo and self._say_again(place):
            return None
        if self._titles * BLOCK < TITLES * place and rng.random() < 0.6:
            return self._name_title(place)
        luck = rng.random()
        if luck < TO_SOMEBODY and self._address(place):
            return None
        luck -= TO_SOMEBODY
        if 0 <= luck < SUBJECT and self._subject and place - self._subject_at < 9:
            return self._take_up(place)
        luck -= SUBJECT
        if 0 <= luck < LAUGH:
            chatter = self._somebody(place, 1.5, REACTION)
            phrase = self._words.phrase(voice.laugh(rng, chatter.hand))
            return self._add(chatter, phrase.plain, REACTION, phrase)
        card = self._deal(REACTION)
        phrase = self._words.phrase(card.text)
        chatter = self._somebody(place, phrase.length, REACTION)
        if chatter.number in self._roster.newcomers and chatter.username not in self._met and rng.random() < 0.4:
            phrase = self._words.phrase(self._next("arrivals" if chatter.new else "greetings"))
            self._welcome = len(self.turns)
        elif card.subject:
            self._subject, self._subject_at = card.subject, place
        return self._add(chatter, write(rng, chatter.hand, phrase), REACTION, phrase)

    def _greet(self, place: int) -> bool:
        """A hello from somebody who has said nothing yet, if there is such a one."""
        if all(found.username in self._met for found in self._roster.everybody()):
            return False
        text = self._next("openings" if self._first + place < OPENING_LINES else "greetings")
        self._say(place, text, but=self._met)
        return True

    def _answer(self, place: int) -> None:
        """To the question just asked: what it lets one choose, or what its kind of question brings."""
        rng, asked = self._rng, self._words.asked(self._question)
        self._answers += 1
        if isinstance(asked, Choice):
            text = self._next("reply choice").replace("{one}", (asked.one, asked.other)[below(rng, 2)])
        else:
            text = self._next(asked)
        asker = self.turns[self._asked]
        self._say(place, text, asker, named=rng.random() < NAMED, but=self._answered)
        self._answered = (self.turns[-1].chatter.username,)

    def _address(self, place: int) -> bool:
        """A word to somebody who said something a moment ago."""
        at = place - between(self._rng, 1, 6)
        if at < 0 or self.turns[at].kind != SAYING:
            return False
        self._say(place, self._next("to somebody"), self.turns[at])
        return True

    def _say(
        self, place: int, text: str, to: Turn | None = None, *, named: bool = True, but: Collection[str] = ()
    ) -> None:
        """Words of our own; `to` whom, by name or not, but never to oneself."""
        phrase = self._words.phrase(text)
        chatter = self._somebody(place, phrase.length, REACTION, (to.chatter.username, *but) if to else but)
        said = write(self._rng, chatter.hand, phrase)
        if to and named:
            said = f"@{to.chatter.username} {said}"
        self._add(chatter, said, REACTION, phrase)

    def _say_again(self, place: int) -> bool:
        """What somebody just said, said by another too."""
        at = place - between(self._rng, 1, ECHO_WITHIN)
        if at < 0:
            return False
        heard = self.turns[at]
        if heard.kind == QUESTION or heard.text[0] == "@" or len(heard.text) > ECHO_LENGTH or heard.second:
            return False
        chatter = self._somebody(place, heard.said.length, REACTION, (heard.chatter.username,))
        text = heard.text if self._rng.random() < 0.75 else write(self._rng, chatter.hand, heard.said)
        self._add(chatter, text, REACTION, heard.said)
        return True

    def _name_title(self, place: int) -> None:
        phrase = self._titled(self._deal_from("titles", self._words.titles))
        self._titles += 1
        chatter = self._somebody(place, phrase.length, REACTION)
        self._add(chatter, write(self._rng, chatter.hand, phrase), REACTION, phrase)

    def _titled(self, text: str) -> Phrase:
        """What names the title, in full or as a chat calls it."""
        return self._words.in_full(text) if self._rng.random() < IN_FULL else self._words.phrase(text)

    def _take_up(self, place: int) -> None:
        text = self._next("subject")
        noun = self._subject.partition(" ")[2]
        self._say(place, text.replace("{the}", self._subject).replace("{noun}", noun))

    def _show(self, place: int, text: str) -> None:
        """An emote or two: the pack's, or one's own favourite."""
        chatter = self._somebody(place, 1.0, EMOTE)
        if self._rng.random() < FAVOURITE:
            text = voice.emote(self._rng, chatter.hand)
            if self._rng.random() < 0.25:
                text = " ".join([text] * between(self._rng, 2, 3))
        phrase = self._words.phrase(text)
        self._add(chatter, phrase.plain, EMOTE, phrase)

    def _deal(self, kind: int) -> Card:
        """The next card of a deck, or one of the next few that goes on with what was just said.

        Cards of a block follow those of the block before. None comes later or sooner by more than the deck's reach.
        """
        cards, left, reach = self._cards[kind], self._left[kind], self._words.reach[kind]
        chosen = left[0]
        if len(cards) - len(left) - chosen < reach:
            chosen = self._fitting(cards, left[:reach])
        left.remove(chosen)
        card = cards[chosen]
        if card.about:
            self._lately.append(card.about)
            self._air = reduce(or_, self._lately)
        if card.titled:
            self._titles += 1
        return card

    def _fitting(self, cards: list[Card], few: list[int]) -> int:
        """Which of a few cards goes on with the talk; in a rush a brief one, else the next."""
        air = self._air
        for one in few if air else ():
            if cards[one].about & air:
                return one
        if len(self.turns) in self._rush:
            lengths = [len(cards[one].text) for one in few]
            return few[lengths.index(min(lengths))]
        return few[0]

    def _next(self, name: str) -> str:
        return self._deal_from(name, self._words.talk[name])

    def _deal_from(self, name: str, cards: tuple[str, ...]) -> str:
        """From a list of the small talk; each block begins at another place of it."""
        count = self._dealt[name] = self._dealt.get(name, -1) + 1
        return rotation(self._seed, name, cards, self._block * APART + count)

    def _somebody(self, place: int, length: float, kind: int, but: Collection[str] = ()) -> Chatter:
        """The first of a few whom it suits to say this, else the best of them: by liking for long lines and emotes, and
        by role."""
        last = self.turns[-1].chatter.username if self.turns else ""
        silent = SILENT.get(place)
        chosen, least = None, 99.0
        for found in islice(self._passers_by, COMPANY):
            misfit = 1 - found.hand.showy if kind == EMOTE else abs(found.hand.length - length)
            if found.role and SUITS[found.role] == kind:
                misfit -= 1
            if misfit < least and found.username != last and found.side != silent and found.username not in but:
                chosen, least = found, misfit
                if misfit < SUITS_WELL:
                    break
        return chosen or self._anybody(last, silent, but)

    def _anybody(self, last: str, silent: int | None, but: Collection[str]) -> Chatter:
        """Where few may speak: somebody else who comes by, else whoever is there, a regular who is away at worst."""
        regulars = map(self._cast.chatter, range(2, 10))
        for found in chain(islice(self._passers_by, 3 * COMPANY), self._roster.everybody(), regulars):
            if found.username not in but and found.username != last and found.side != silent:
                return found
        raise LookupError("nobody to speak")

    def _add(self, chatter: Chatter, text: str, kind: int, said: Phrase) -> None:
        self._met.add(chatter.username)
        self.turns.append(Turn(chatter, text, kind, said))


def _halves(text: str) -> tuple[str, str] | None:
    """The two lines that somebody in a hurry makes of a long one, parted at a comma near its middle."""
    if len(text) < SPLIT_LENGTH:
        return None
    for at, char in enumerate(text):
        if char == "," and 12 <= at <= len(text) - 10:
            return text[:at], text[at + 1 :].strip()
    return None
