"""What the store keeps of a user: slots, the current show with its moments, the stream key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from chatsim.names import Lang, Mode
from chatsim.packs import PackRef, Source
from chatsim.show import Show
from chatsim.waves import Wave

State = Literal["live", "paused", "stopped"]
NOTHING: dict[str, Any] = {}

# However attended, a show is over after 12 hours.
LONGEST_MS = 12 * 3_600_000


class Slot(NamedTuple):
    """A game or topic a user keeps. `at` epoch ms of when it was added."""

    mode: Mode
    game: str
    display_name: str
    lang: str
    source: Source
    genre: str
    at: int

    @property
    def member(self) -> str:
        return f"{self.mode}#{self.game}"


class Current(NamedTuple):
    """A user's newest show. It ends by itself at `until` (epoch ms) unless its owner asks for it before, and 12 hours
    after its start.
    """

    show: Show
    state: State
    until: int
    waves: tuple[Wave, ...] = ()

    def state_at(self, now_ms: int) -> State:
        return "stopped" if now_ms >= min(self.until, self.show.started_at + LONGEST_MS) else self.state


class StreamKey(NamedTuple):
    """The user's one stream key: only its SHA-256 is kept. `test` is the last test message: `{"id", "at"}` or empty.

    `seen_at` is when an overlay last came with it, to the minute; 0 for never. Times epoch ms.
    """

    hash: str
    generation: str
    look: Mapping[str, Any] = NOTHING
    test: Mapping[str, Any] = NOTHING
    created_at: int = 0
    seen_at: int = 0


class Head(NamedTuple):
    """What is known of a game's stored packs: the newest (`ref`), and who may write the next. Times epoch ms.

    A pack is good until `fresh_until` and served until `stale_until`. Nobody generates before `rest_until`, after
    `failures` in a row or because the name was `refused`; while `lease_until` lasts, somebody does.
    """

    ref: PackRef | None = None
    fresh_until: int = 0
    stale_until: int = 0
    lease_until: int = 0
    rest_until: int = 0
    failures: int = 0
    refused: bool = False

    def at_hand(self, now_ms: int) -> PackRef | None:
        """The version a new show may pin."""
        return self.ref if now_ms < self.stale_until else None


class Asked(NamedTuple):
    """A game or topic, and how often somebody newly took it into a slot within a week."""

    mode: Mode
    lang: Lang
    game: str
    display_name: str
    times: int


class Account(NamedTuple):
    slots: tuple[Slot, ...] = ()
    current: Current | None = None
    key: StreamKey | None = None

    @property
    def games(self) -> list[str]:
        return [slot.game for slot in self.slots]


def asdict(record: NamedTuple) -> dict[str, Any]:
    """A record as JSON keeps it, with the records within it."""
    return {name: asdict(value) if hasattr(value, "_asdict") else value for name, value in record._asdict().items()}
