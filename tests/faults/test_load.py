"""Two hundred streamers at once, each with a dashboard and an overlay, before the whole stack of one machine.

The readers ask as the pages do: `again`, the ticket's renewals, `Retry-After` and a back-off when they are refused. The
referee is plain: lines of a show are numbered, and moments are whole.
"""

import asyncio
import contextlib
import os
import random
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
import pytest

from local import launch
from tests import sse
from tests.figures import Figure

LOAD_S = float(os.environ.get("LOAD_S", "90"))
STREAMERS = 200
# They come one after the other, as people do.
ARRIVAL_S = 20
DASHBOARD_S, OVERLAY_S = 60, 17
KEEP_ALIVE_S, RENEW_S, PRESS_S = 300, 240, 45
LONGEST_BACK_OFF_S = 30


@dataclass
class Load:
    """The stack's address, and what its readers note of it."""

    http: httpx.AsyncClient
    url: str
    ends_s: float
    took_ms: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    late: int = 0

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """An answer that is one, however often it takes."""
        failures = 0
        while True:
            wait_s = 0.0
            try:
                answer = await self.http.request(method, self.url + path, json=body, headers=headers)
                self.answers[answer.status_code] += 1
                if answer.status_code < 429:
                    return answer
                wait_s = float(answer.headers.get("retry-after", 0))
            except httpx.TransportError:
                self.answers[0] += 1
            await asyncio.sleep(max(wait_s, min(LONGEST_BACK_OFF_S, 2**failures) * random.uniform(0.75, 1)))
            failures += 1


class Reader:
    """A page that reads one show, `horizon_s` ahead."""

    def __init__(self, load: Load, ticket: str, place: str, horizon_s: int) -> None:
        self._load, self.ticket, self._place, self._horizon_s = load, ticket, place, horizon_s
        self.base: list[int] = []
        self.moments: list[tuple[int, int]] = []
        self.read_until_s = time.time()

    async def follow(self) -> None:
        while time.time() < self._load.ends_s or not self.base:
            asked_s = time.time()
            path = f"/api/chat-stream?horizon={self._horizon_s}"
            headers = {"X-Ticket": self.ticket, "Last-Event-ID": self._place}
            answer = await self._load.ask("GET", path, **headers)
            now_s = time.time()
            assert answer.status_code == 200, answer.text
            self._load.took_ms.append((now_s - asked_s) * 1_000)
            self._load.late += bool(self.base) and now_s > self.read_until_s
            again_ms = self._hear(sse.parse(answer.content))
            self.read_until_s = asked_s + self._horizon_s
            await asyncio.sleep(again_ms / 1_000)

    def _hear(self, events: list[sse.Event]) -> int:
        assert events[-1].name == "end"
        assert events[-1].data["missed"] == 0
        for event in sse.lines(events):
            _, *number = event.data["id"].split(".")
            if len(number) == 1:
                self.base.append(int(number[0]))
            else:
                self.moments.append((int(number[0][1:]), int(number[1])))
        self._place = events[-1].data["next"]
        return int(events[-1].data["again"])

    def faults(self) -> int:
        """Lines lost or twice."""
        base = {*self.base}
        wrong = len(self.base) - len(base) + len({*range(max(base, default=-1) + 1)} - base)
        for _, lines in groupby(self.moments, key=lambda moment: moment[0]):
            places = [i for _, i in lines]
            wrong += places != [*range(len(places))]
        return wrong


@dataclass
class Streamer:
    load: Load
    number: int
    readers: list[Reader] = field(default_factory=list)
    pressed: dict[int, int] = field(default_factory=dict)
    """How many lines each moment has, by its number."""

    async def stream(self) -> None:
        await asyncio.sleep(self.number * ARRIVAL_S / STREAMERS)
        load = self.load
        token = (await load.ask("POST", "/local/sign-in", {"name": f"streamer {self.number}"})).json()["token"]
        load.http.cookies.clear()
        signed = {"Authorization": f"Bearer {token}"}
        key = (await load.ask("POST", "/api/stream-key", {}, **signed)).json()["key"]
        wish = {"gameName": "Minecraft", "pace": "natural", "viewers": 60}
        played = (await load.ask("POST", "/api/chat-ticket", wish, **signed)).json()
        first = played["show"]["first"]
        overlay = (await load.ask("GET", "/api/chat-ticket", **{"X-Stream-Key": key})).json()
        self.readers = [
            Reader(load, played["ticket"], first, DASHBOARD_S),
            Reader(load, overlay["ticket"], first, OVERLAY_S),
        ]
        async with asyncio.TaskGroup() as pages:
            for reader in self.readers:
                pages.create_task(reader.follow())
            pages.create_task(self._every(KEEP_ALIVE_S, "GET", "/api/chat-ticket", signed))
            pages.create_task(self._every(RENEW_S, "GET", "/api/chat-ticket", {"X-Stream-Key": key}))
            pages.create_task(self._press(signed))

    async def _every(self, seconds: float, method: str, path: str, headers: dict[str, str]) -> None:
        while await self._still(seconds):
            assert (await self.load.ask(method, path, **headers)).status_code == 200

    async def _press(self, signed: dict[str, str]) -> None:
        while await self._still(random.uniform(0.5, 1.5) * PRESS_S):
            body = {"type": "hype", "id": f"p{len(self.pressed)}"}
            moment = (await self.load.ask("POST", "/api/chat-wave", body, **signed)).json()
            number = int(moment["lines"][0]["id"].split(".")[1][1:])
            self.pressed[number] = len(moment["lines"] + moment["tail"])

    async def _still(self, seconds: float) -> bool:
        await asyncio.sleep(min(seconds, max(0, self.load.ends_s - time.time())))
        return time.time() < self.load.ends_s

    def faults(self) -> int:
        """A moment that one of the pages had has to be whole with it."""
        wrong = sum(reader.faults() for reader in self.readers)
        for reader in self.readers:
            had = Counter(no for no, _ in reader.moments)
            wrong += sum(had[no] != self.pressed[no] for no in had if no in self.pressed)
            last = max(had, default=0)
            wrong += sum(no < last and no not in had for no in self.pressed)
        return wrong


@contextlib.asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    # As the page: silence for this long is a connection that died.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    async with httpx.AsyncClient(timeout=15, limits=limits, trust_env=False) as http:
        yield http


async def run(url: str) -> tuple[Load, list[Streamer]]:
    async with client() as http:
        load = Load(http, url, time.time() + LOAD_S)
        streamers = [Streamer(load, number) for number in range(STREAMERS)]
        async with asyncio.TaskGroup() as all_of_them:
            for streamer in streamers:
                all_of_them.create_task(streamer.stream())
        return load, streamers


def cpu_s() -> float:
    """Of what was started here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.soak
@pytest.mark.timeout(LOAD_S + 200)
def test_two_hundred_streamers_at_once_lose_no_line(tmp_path: Path, figure: Figure) -> None:
    before = cpu_s()
    with launch.running(tmp_path / "data", errors=tmp_path / "errors") as stack:
        load, streamers = asyncio.run(run(stack.url))
    each_ms = (cpu_s() - before) * 1_000 / load.answers.total()
    readers = [reader for streamer in streamers for reader in streamer.readers]
    lines = sum(len(reader.base) + len(reader.moments) for reader in readers)
    faults = sum(streamer.faults() for streamer in streamers)
    cuts = quantiles(load.took_ms, n=100)
    refused = sum(count for status, count in load.answers.items() if status == 0 or status >= 429)
    figure(19, f"lines lost or twice, {len(readers)} readers for {LOAD_S:g} s", f"{faults} of {lines:,}")
    figure(
        19, "a batch under that load, half and p99", f"{cuts[49]:.0f} and {cuts[98]:.0f} ms, of {len(load.took_ms):,}"
    )
    figure(
        19,
        "asked again under that load",
        f"{refused} of {load.answers.total():,}, {load.late} batches after the last ran out",
    )
    figure(19, "processor time of the whole stack for an answer", f"{each_ms:.0f} ms")
    assert len(readers) == 2 * STREAMERS
    assert lines > LOAD_S * STREAMERS / 5, "each reads about 12 lines a minute"
    assert faults == 0
    assert not (tmp_path / "errors").read_text().count("Traceback")
