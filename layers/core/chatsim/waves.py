"""Moments: the burst of lines when the streamer presses Risas, Hype, Miedo or WTF. Base lines never change for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from chatsim import builtin, data
from chatsim.chance import between, chance
from chatsim.errors import InvalidRequest
from chatsim.show import Line, Script, draw

WaveType = Literal["laugh", "hype", "fear", "omg"]
TYPES: tuple[str, ...] = get_args(WaveType)
LINES = (6, 9)
SPACING_MS = (180, 350)
# One moment in two seconds. A reader may have read two minutes ahead, come back two minutes after that, and still gets
# every one of them; the last five are kept for longer, so that a press repeated late is still known.
REST_MS = 2_000
KEPT_MS = 240_000
KEPT = 5


@dataclass(frozen=True)
class Wave:
    """`no` counts the show's moments from 1; `id` is the page's own, so that a repeated press is one; `at` epoch ms."""

    no: int
    id: str
    type: WaveType
    at: int


def type_of(value: object) -> WaveType:
    if value not in TYPES:
        raise InvalidRequest("wave_type")
    return value  # type: ignore[return-value]


def kept(waves: tuple[Wave, ...], now_ms: int) -> tuple[Wave, ...]:
    """Those a reader may still need, or a press be compared with."""
    return tuple(wave for i, wave in enumerate(waves) if now_ms - wave.at <= KEPT_MS or len(waves) - i <= KEPT)


def lines(script: Script, wave: Wave) -> list[Line]:
    """The 6-9 lines of a burst, 180-350 ms apart, spoken by others than the base lines around it."""
    show = script.show
    rng = chance(show.seed, "wave", show.id, wave.no)
    due = wave.at
    dues = [due := due + between(rng, *SPACING_MS) for _ in range(between(rng, *LINES))]
    busy = _authors_around(script, dues[0], dues[-1])
    phrases = _phrases(builtin.speech_of(show.lang))[wave.type]
    burst: list[Line] = []
    last: set[int] = set()
    for i, due in enumerate(dues):
        author = script.cast.pick(rng, busy | last if len(busy | last) < len(script.cast.chatters) else last)
        last = {author}
        text = draw(show.seed, f"{show.id}/{wave.type}", phrases, wave.no * LINES[1] + i)
        burst.append(Line(f"{show.id}.w{wave.no}.{i}", due, script.cast.chatters[author], text, "reactions"))
    return burst


def _authors_around(script: Script, first_ms: int, last_ms: int) -> set[int]:
    """Who speaks base lines during a burst, just before it and just after it."""
    start = max(script.show.first_k, script.k_at(first_ms) - 1)
    return {script.author(k) for k in range(start, script.k_at(last_ms) + 1)}


@cache
def _phrases(speech: str) -> dict[str, tuple[str, ...]]:
    return data.sections(data.read(f"waves/{speech}.txt"))[1]
