"""A reader whose stream is cut, over and over, while the streamer presses moments, pauses, goes on and is taken over.

The stream door's own handler answers, over the store in memory and on a clock that stands still unless it is told, so
that a thousand such lives take seconds; tests/contract/test_cuts.py has a process of its own for every answer. The
referee knows of a show what anybody may: the numbers in the ids, what was pressed, and what an answer says.
"""

import heapq
import importlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from chatsim import cursor, keys, stage, ticket, waves
from chatsim.builtin import named
from chatsim.cursor import Cursor
from chatsim.pace import Pace, fixed, natural
from chatsim.records import LONGEST_MS
from chatsim.shelf import Shelf
from chatsim.show import Script, Show
from chatsim.sse import message
from chatsim.stage import Wish
from chatsim.store.memory import MemoryStore
from chatsim.ticket import Ticket, TicketKeys

from tests import sse
from tests.conftest import CREDENTIALS
from tests.figures import Figure

START_MS = 1_800_000_000_000
KEYS = TicketKeys("k1", {"k1": b"s" * 32})
ENDS = {"end", "idle", "stopped", "replaced", "revoked", "reset", "error"}
USER = "user_cut"
# A reader who stays away for two minutes is told what it missed instead; this one comes back before.
LONGEST_AWAY_MS = 110_000
ANSWERS = 8


class Clock:
    """Time that passes when it is told; what is planned for a moment happens when it comes."""

    def __init__(self) -> None:
        self.now = START_MS
        self._plans: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def now_ms(self) -> int:
        return self.now

    def plan(self, in_ms: int, act: Callable[[], None]) -> None:
        heapq.heappush(self._plans, (self.now + in_ms, next(self._numbers), act))

    def until(self, at_ms: int) -> None:
        while self._plans and self._plans[0][0] <= at_ms:
            due, _, act = heapq.heappop(self._plans)
            self.now = max(self.now, due)
            act()
        self.now = max(self.now, at_ms)


class Streamer:
    """What is done on the dashboards of one user, and what was pressed in each show and when."""

    def __init__(self, store: MemoryStore, shelf: Shelf, clock: Clock, rng: Random) -> None:
        self._store, self._shelf, self._clock, self._rng = store, shelf, clock, rng
        self.pressed: dict[str, list[tuple[int, int]]] = {}  # by show: when, and how many lines
        self._scripts: dict[str, Script] = {}
        self._may_press_at = 0

    @property
    def show(self) -> Show:
        current = self._store.account(USER).current
        assert current
        return current.show

    @property
    def live(self) -> bool:
        current = self._store.account(USER).current
        return bool(current and current.state_at(self._clock.now) == "live")

    def play(self, after: Cursor | None = None) -> Show:
        game = self._rng.choice(["minecraft", "Elden Ring", "Valorant"])
        wish = Wish(named(game, "game"), "es", self._pace(), after)
        show = stage.start(self._store, self._shelf, USER, wish, self._clock.now)
        self._store.keep_show(USER, self._clock.now, self._clock.now + LONGEST_MS)
        return show

    def press(self) -> None:
        now = self._clock.now
        if self.live and now >= self._may_press_at:
            self._may_press_at = now + waves.REST_MS
            kind = self._rng.choice(waves.TYPES)
            moment = stage.press(self._store, self._shelf, USER, kind, f"p{now}", now)
            self.pressed.setdefault(self.show.id, []).append((now, len(moment.whole)))

    def pause(self) -> None:
        stage.end(self._store, USER, pause=True)

    def stop(self) -> None:
        stage.end(self._store, USER, pause=False)

    def take_over(self) -> None:
        """Another device plays something else."""
        self.play()

    def go_on(self) -> None:
        """Another window changes the game, from the last line it has shown."""
        script = self.script(self.show)
        k = script.k_at(self._clock.now) - 1
        self.play(Cursor(self.show.id, k, stage.due_of(self.show, k)))

    def script(self, show: Show) -> Script:
        pack = self._shelf.get(show.pack)
        assert pack
        if show.id not in self._scripts:
            self._scripts[show.id] = Script(show, pack)
        return self._scripts[show.id]

    def _pace(self) -> Pace:
        low = self._rng.choice([500, 1_000, 3_000])
        return self._rng.choice([fixed(low, low + 2_000), natural(60), natural(200)])


@dataclass
class Seen:
    """What a reader was given of one show. `since`: when it first was."""

    since: int
    base: list[dict[str, Any]] = field(default_factory=list)
    moments: list[tuple[int, int]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)


class Referee:
    """Reads answers as they come, whole or cut, and says what is wrong with them."""

    def __init__(self, streamer: Streamer) -> None:
        self._streamer = streamer
        self.shows: dict[str, Seen] = {}
        self.place: str | None = None
        self.cuts = self.lines = self.ends = 0

    def take(self, arrived: bytes, asked_ms: int, horizon_ms: int) -> str:
        """How the answer ended; `cut` when it does not say so."""
        events = sse.parse(arrived)
        for event in sse.lines(events):
            self._line(event, asked_ms)
        ends = [event for event in events if event.name in ENDS]
        assert len(ends) <= 1, "an answer ends once"
        assert not ends or events[-1] is ends[0], "nothing follows an end"
        if not ends:
            self.cuts += 1
            return "cut"
        (last,) = ends
        self.ends += 1
        if last.name == "end":
            assert (last.data["missed"], last.data["count"]) == (0, len(sse.lines(events)))
            self.place = last.data["next"]
            self._complete(cursor.parse(last.data["next"]).show, asked_ms, horizon_ms)
        else:
            self.place = None
        return last.name

    def _line(self, event: sse.Event, asked_ms: int) -> None:
        show, *number = event.data["id"].split(".")
        seen = self.shows.setdefault(show, Seen(asked_ms))
        seen.said.append(event.data)
        if len(number) == 1:
            seen.base.append(event.data)
        else:
            seen.moments.append((int(number[0][1:]), int(number[1])))
        self.place = event.id
        self.lines += 1

    def _complete(self, show: str, asked_ms: int, horizon_ms: int) -> None:
        """A whole answer leaves nothing out that is due in its stretch of time or was pressed before."""
        seen = self.shows.setdefault(show, Seen(asked_ms))
        for no, (at_ms, length) in enumerate(self._streamer.pressed.get(show, []), start=1):
            if seen.since <= at_ms <= asked_ms:
                assert [i for wave, i in seen.moments if wave == no] == [*range(length)], "a moment is whole"
        if seen.base and show == self._streamer.show.id:
            nothing_before = self._streamer.script(self._streamer.show).due(number(seen.base[-1]) + 1)
            assert nothing_before >= asked_ms + horizon_ms

    def judge(self, first: dict[str, int]) -> None:
        """Of all that came. `first`: the number of the first line of shows that were read from their start."""
        for show, seen in self.shows.items():
            numbers = [number(line) for line in seen.base]
            begin = first.get(show, numbers[0] if numbers else 0)
            assert numbers == [*range(begin, begin + len(numbers))], "a line is missing or came twice"
            assert len({*seen.moments}) == len(seen.moments)
            for _, lines in itertools.groupby(seen.moments, key=lambda moment: moment[0]):
                places = [i for _, i in lines]
                assert places == [*range(places[0], places[0] + len(places))]
            if show == self._streamer.show.id:
                script = self._streamer.script(self._streamer.show)
                assert seen.base == [message(script.line(k)) for k in numbers], "the words are the show's own"

    def shown(self, show: str, now_ms: int) -> dict[str, Any] | None:
        """The last line of the show itself that was due."""
        seen = self.shows.get(show)
        due = [line for line in seen.base if line["timestamp"] <= now_ms] if seen else []
        return due[-1] if due else None


def number(line: dict[str, Any]) -> int:
    return int(line["id"].split(".")[1])


@pytest.fixture(scope="module")
def door() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**CREDENTIALS, "TABLE_NAME": "none", "ALLOW_LIVE": "true"}.items():
            patch.setenv(name, value)
        return importlib.import_module("functions.chat_stream.app")


@dataclass
class Place:
    """A door, a streamer and a reader of their own, all on one clock."""

    clock: Clock
    store: MemoryStore
    streamer: Streamer
    ask: Callable[..., Iterator[bytes]]


@pytest.fixture
def new_place(door: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[Random], Place]:
    monkeypatch.setenv("ALLOW_LIVE", "true")

    def make(rng: Random) -> Place:
        clock, store = Clock(), MemoryStore()
        shelf = Shelf(store)
        store.add_ticket_keys(KEYS)
        for name, made in {"reader": store, "shelf": shelf, "accounts": store.account}.items():
            monkeypatch.setattr(door, name, lambda made=made: made)
        monkeypatch.setattr(door, "ticket_keys", lambda: lambda: KEYS)
        monkeypatch.setattr(door, "now_ms", clock.now_ms)
        monkeypatch.setattr(door, "sleep_until", clock.until)

        def ask(signed: str, place: str | None, **query: str) -> Iterator[bytes]:
            headers = {"x-ticket": signed} | ({"last-event-id": place} if place else {})
            event = {"requestContext": {"http": {"method": "GET"}}, "headers": headers, "queryStringParameters": query}
            context = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: 65_000)
            answer = door.handler(event, context)
            assert answer.status == 200
            body: Iterator[bytes] = answer.body
            return body

        return Place(clock, store, Streamer(store, shelf, clock, rng), ask)

    return make


def page_ticket(show: Show) -> str:
    return ticket.sign(Ticket(USER, "show", START_MS * 2, show.id, show.number), KEYS)


def overlay_ticket(place: Place) -> str:
    keys.create(place.store, USER, place.clock.now)
    key = place.store.account(USER).key
    assert key
    return ticket.sign(Ticket(USER, "overlay", START_MS * 2, generation=key.generation), KEYS)


def read(body: Iterator[bytes], rng: Random) -> tuple[bytes, bool]:
    """What arrives of an answer, and whether that is all; else it is cut at some byte, or between two events."""
    how = rng.choice(["whole", "byte", "boundary", "early"])
    arrived = b""
    most = rng.randrange(200) if how == "early" else rng.randrange(12_000)
    for chunk in body:
        arrived += chunk
        if how != "whole" and len(arrived) > most:
            return (arrived if how == "boundary" else arrived[:most]), False
    return arrived, True


def live_a_life(place: Place, rng: Random, overlay: bool) -> Referee:
    clock, streamer = place.clock, place.streamer
    referee = Referee(streamer)
    show = streamer.play()
    signed = overlay_ticket(place) if overlay else page_ticket(show)
    first = {} if overlay else {show.id: show.first_k}
    referee.place = str(stage.opening(show))
    others = [streamer.pause, streamer.stop, streamer.take_over, streamer.go_on]
    for _ in range(ANSWERS):
        for _ in range(rng.choice([0, 1, 1, 3])):
            clock.plan(rng.randrange(60_000), streamer.press)
        if rng.random() < 0.25:
            clock.plan(rng.randrange(60_000), rng.choice(others))
        behind = clock.now - cursor.parse(referee.place).due if referee.place else 0
        clock.until(
            clock.now + min(rng.choice([0, 1_000, 15_000, rng.randrange(60_000)]), max(0, LONGEST_AWAY_MS - behind))
        )
        asked, horizon = clock.now, rng.choice([1, 17, 60])
        delivery = "live" if rng.random() < (0.3 if overlay else 0.1) else "batch"
        body = place.ask(signed, referee.place, horizon=str(horizon), delivery=delivery)
        arrived, whole = read(body, rng)
        how = referee.take(arrived, asked, 0 if delivery == "live" else horizon * 1_000)
        assert how in ENDS or not whole, "an end is always said"
        if how in ("cut", "end"):
            continue
        if overlay:
            # It waits, as long as nothing runs.
            if not streamer.live and rng.random() < 0.7:
                streamer.play()
            continue
        # The page goes on from the last line it has shown: with the next one, if nobody else has gone on meanwhile.
        line = referee.shown(show.id, clock.now)
        after = Cursor(show.id, number(line), line["timestamp"]) if line else stage.opening(show)
        continues = streamer.show.id == show.id
        show = streamer.play(after)
        assert show.first_k == after.k + 1 or (not continues and show.first_k == 0)
        referee.place, signed = str(stage.opening(show)), page_ticket(show)
        first[show.id] = show.first_k
    referee.judge(first)
    return referee


@pytest.mark.timeout(300)
@pytest.mark.parametrize("patterns", [20, pytest.param(1_000, marks=pytest.mark.soak)])
def test_no_line_is_lost_or_comes_twice(new_place: Callable[[Random], Place], figure: Figure, patterns: int) -> None:
    cuts = lines = ends = 0
    for seed in range(patterns):
        rng = Random(seed)
        referee = live_a_life(new_place(rng), rng, overlay=seed % 3 == 0)
        cuts, lines, ends = cuts + referee.cuts, lines + referee.lines, ends + referee.ends
    figure(9, f"lines lost or twice in {patterns:,} patterns", f"0 of {lines:,}, with {cuts:,} cuts and {ends:,} ends")
    assert min(cuts, ends) > patterns


def test_cut_at_any_byte_the_rest_is_what_was_missing(new_place: Callable[[Random], Place], figure: Figure) -> None:
    place = new_place(Random(1))
    show = place.streamer.play()
    for at_ms in (4_000, 6_500):
        place.clock.plan(at_ms, place.streamer.press)
    place.clock.until(START_MS + 10_000)
    opening, signed = str(stage.opening(show)), page_ticket(show)

    def said(at: str) -> list[dict[str, Any]]:
        return [event.data for event in sse.lines(sse.parse(b"".join(place.ask(signed, at, horizon="20"))))]

    body = b"".join(place.ask(signed, opening, horizon="20"))
    whole, rests = said(opening), dict[str, list[dict[str, Any]]]()
    assert {line["id"].split(".")[1][:1] for line in whole} > {"w"}
    parse = cache(sse.parse)
    for length in range(len(body)):
        events = parse(body[: body.rfind(b"\n\n", 0, length) + 2])
        assert not [event for event in events if event.name in ENDS], "only a whole answer has an end"
        here = next((event.id for event in reversed(events) if event.id), opening)
        if here not in rests:
            rests[here] = said(here)
        assert [event.data for event in sse.lines(events)] + rests[here] == whole, length
    figure(9, "bytes at which an answer was cut without a loss", f"{len(body):,} of {len(body):,}")
