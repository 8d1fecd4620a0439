"""Moments: the burst of lines when the streamer presses Risas, Hype, Miedo or WTF. Base lines never change for it."""

from __future__ import annotations

from functools import cache
from itertools import chain, islice
from random import Random
from typing import Literal, NamedTuple, get_args

from chatsim import builtin, data
from chatsim.cast import Chatter
from chatsim.chance import between, chance
from chatsim.decks import draw
from chatsim.errors import InvalidRequest
from chatsim.repertoire import small_talk
from chatsim.show import Line, Script
from chatsim.voice import laugh, write

WaveType = Literal["laugh", "hype", "fear", "omg"]
TYPES: tuple[str, ...] = get_args(WaveType)
LINES = (6, 9)
SPACING_MS = (180, 350)
# The tail in which it fades: lines, the first gap, and how much longer each gap is than the one before.
TAIL_LINES = (3, 6)
TAIL_GAP_MS = (500, 800)
TAIL_GROWS_PERCENT = (115, 140)
# How often a bare laugh is one's own way of laughing.
OWN_LAUGH = 0.7
# One moment in two seconds. A reader may have read two minutes ahead, come back two minutes after that, and still gets
# every one of them; the last five are kept for longer, so that a press repeated late is still known.
REST_MS = 2_000
KEPT_MS = 240_000
KEPT = 5


class Wave(NamedTuple):
    """`no` counts the show's moments from 1; `id` is the page's own, so that a repeated press is one; `at` epoch ms."""

    no: int
    id: str
    type: WaveType
    at: int


class Moment(NamedTuple):
    """The lines of a burst, and of the tail in which it fades; their ids count on."""

    lines: list[Line]
    tail: list[Line]

    @property
    def whole(self) -> list[Line]:
        return [*self.lines, *self.tail]


def type_of(value: object) -> WaveType:
    if value not in TYPES:
        raise InvalidRequest("wave_type")
    return value  # type: ignore[return-value]


def kept(waves: tuple[Wave, ...], now_ms: int) -> tuple[Wave, ...]:
    """Those a reader may still need, or a press be compared with."""
    return tuple(wave for i, wave in enumerate(waves) if now_ms - wave.at <= KEPT_MS or len(waves) - i <= KEPT)


def lines(script: Script, wave: Wave) -> list[Line]:
    """The 6-9 lines of a burst, 180-350 ms apart, spoken by others than the base lines around it."""
    return moment(script, wave).lines


def moment(script: Script, wave: Wave) -> Moment:
    """A burst and the tail in which it fades: 3-6 more lines, each after a longer gap than the one before."""
    rng = chance(script.show.seed, "wave", script.show.id, wave.no)
    due, gap = wave.at, between(rng, *TAIL_GAP_MS)
    dues = [due := due + between(rng, *SPACING_MS) for _ in range(between(rng, *LINES))]
    count = len(dues)
    for _ in range(between(rng, *TAIL_LINES)):
        dues.append(dues[-1] + gap)
        gap = gap * between(rng, *TAIL_GROWS_PERCENT) // 100
    spoken: list[Line] = []
    last = ""
    for i, due in enumerate(dues):
        around = (dues[0], dues[count - 1]) if i < count else (due, due)
        chatter = _bystander(script, rng, due, last, _authors_around(script, *around))
        last = chatter.username
        text = _words(script, rng, wave, i, i >= count, chatter)
        spoken.append(Line(f"{script.show.id}.w{wave.no}.{i}", due, chatter, text, "reactions"))
    return Moment(spoken[:count], spoken[count:])


def _words(script: Script, rng: Random, wave: Wave, i: int, fading: bool, chatter: Chatter) -> str:
    """A line of the moment in somebody's hand; each laughs in their own way."""
    show, speech = script.show, builtin.speech_of(script.show.lang)
    name = f"tail {wave.type}" if fading else wave.type
    phrases = small_talk(speech)[name] if fading else _phrases(speech)[wave.type]
    phrase = script.phrase(draw(show.seed, f"{show.id}/{name}", phrases, wave.no * LINES[1] + i))
    if phrase.laughs and phrase.words == 1 and not phrase.shown and rng.random() < OWN_LAUGH:
        return laugh(rng, chatter.hand)
    return write(rng, chatter.hand, phrase, tail=fading)


def _bystander(script: Script, rng: Random, at_ms: int, last: str, busy: set[str]) -> Chatter:
    """Somebody who is there and speaks no line around this one, if there is such a one."""
    roster = script.cast.roster(script.k_at(at_ms))
    everybody = chain(islice(roster.picked(rng), 12), roster.everybody(), map(script.cast.chatter, range(2, 8)))
    others = [chatter for chatter in everybody if chatter.username != last]
    return next((chatter for chatter in others if chatter.username not in busy), others[0])


def _authors_around(script: Script, first_ms: int, last_ms: int) -> set[str]:
    """Who speaks base lines between two moments, just before and just after."""
    start = max(script.show.first_k, script.k_at(first_ms) - 1)
    return {script.author(k).username for k in range(start, script.k_at(last_ms) + 1)}


@cache
def _phrases(speech: str) -> dict[str, tuple[str, ...]]:
    return data.sections(data.read(f"waves/{speech}.txt"))[1]
