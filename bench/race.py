"""Our doors and their peers, round by round: how they start, and how they answer when they are warm."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import boto3
from chatsim import builtin, packs, stage, ticket
from chatsim.pace import fixed
from chatsim.packs import Pack, PackRef
from chatsim.records import LONGEST_MS
from chatsim.shelf import Shelf
from chatsim.stage import Wish
from chatsim.store.dynamo import DynamoReader, DynamoStore
from chatsim.store.signed_client import SignedClient
from chatsim.ticket import Ticket, TicketKeys

from bench import doors
from bench.callers import Answer
from bench.programs import ROOT, Program, Shelter, Start, imports, running
from bench.table import Goal, Row, alone, beside
from local import store, template
from local.issuer import Issuer

USER = "bench"
# A line a second, so that a minute ahead is a batch of 60 lines.
PACE_MS, HORIZON_S = 1000, 60
GAME, STORED_GAME = "Elden Ring", "Nioh"
# Nobody answers there: with keys and a pack at hand the AI's clients are made and never asked.
KEYS = {f"{name}_{what}": value for name in ("GROQ", "CEREBRAS")
        for what, value in (("API_KEY", "none"), ("BASE_URL", "http://127.0.0.1:9"))}  # fmt: skip
DOORS = {"Api": "api", "Generate": "generate", "ours": "stream"}
WARM_UP = 20


@dataclass(frozen=True)
class Warm:
    """One round of a warm program: ms to the first line and the last byte, batches in a second of processor."""

    first_p50: float
    first_p99: float
    last_p50: float
    last_p99: float
    a_second: float


class Course:
    """The programs, over a store where a show runs."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        issuer = Issuer.load(folder)
        self._settings = doors.settings(endpoint, issuer)
        token, _ = issuer.token(USER, doors.ORIGIN)
        signed = _show(endpoint, self._settings)
        self._store = DynamoReader(SignedClient(self._settings), template.TABLE_NAME)
        shelter = Shelter(folder, self._settings)
        target = f"/api/chat-stream?horizon={HORIZON_S}"
        asked = doors.event(token, "GET", target, headers={"x-ticket": signed})
        self.ours = shelter.stream_door(asked)
        self.peers = {
            "Starlette": shelter.starlette(target, {"x-ticket": signed}, "uvloop", "httptools"),
            "Powertools": shelter.powertools(asked),
            "bare loop": shelter.bare(asked),
        }
        wish = {"gameName": STORED_GAME, "lang": "es"}
        self.others = [
            shelter.door("Api", doors.event(token, "GET", "/api/generate-phrases")),
            shelter.door("Generate", doors.event(token, "POST", "/api/generate-phrases", wish), **KEYS),
        ]

    def check(self) -> None:
        """Raises RuntimeError unless all say the same lines; the horizon moves on by a line a second meanwhile."""
        told = [_lines(program) for program in (self.ours, self.peers["Starlette"], self.peers["Powertools"])]
        both = set.intersection(*(set(lines) for lines in told))
        if len(both) < HORIZON_S - 15 or any(lines[line] != told[0][line] for lines in told for line in both):
            raise RuntimeError("the programs do not say the same lines")

    def cold(self, rounds: int) -> dict[str, list[Start]]:
        programs = {"ours": self.ours, **self.peers, **{program.name: program for program in self.others}}
        found = defaultdict(list)
        for _ in range(rounds):
            for name, program in programs.items():
                with running(program) as started:
                    found[name].append(started.start(started.ask()))
        return found

    def warm(self, rounds: int, batches: int, reads: int) -> dict[str, list[Warm]]:
        """Rounds of each program, and of the read alone that is in each batch of theirs; after so many `reads`.

        The emulator's own code is compiled as it runs: some thousands of reads on, one is as quick as the next.
        """
        found = defaultdict(list)
        for _ in range(reads):
            self._read()
        with (
            running(self.ours) as ours,
            running(self.peers["Starlette"]) as app,
            running(self.peers["Powertools"]) as loop,
        ):
            programs = {"ours": ours, "Starlette": app, "Powertools": loop}
            for started in programs.values():
                _round(started.ask, started.cpu_ms, WARM_UP)
            for _ in range(rounds):
                for name, started in programs.items():
                    found[name].append(_round(started.ask, started.cpu_ms, batches))
                found["store"].append(_round(self._read, lambda: time.process_time() * 1000, batches))
        return found

    def _read(self) -> Answer:
        asked_s = time.perf_counter()
        self._store.account(USER)
        answered_s = time.perf_counter()
        return Answer(asked_s, answered_s, answered_s, b"")

    def profiles(self) -> dict[str, dict[str, float]]:
        """What each of our doors imports longest."""
        return {DOORS[program.name]: imports(program) for program in (*self.others, self.ours)}


def rows(cold: Mapping[str, list[Start]], warm: Mapping[str, list[Warm]], first: Mapping[str, Any]) -> Iterator[Row]:
    """Rows 1 to 4 and 9."""

    def started(name: str, what: str) -> list[float]:
        return [getattr(start, what) for start in cold[name]]

    for name, most in (("Starlette", 0.4), ("Powertools", 0.4), ("bare loop", 2.5)):
        theirs = started(name, "first_ms")
        yield beside(1, "cold start to the first byte", "ms", started("ours", "first_ms"), name, theirs, _at_most(most))
    peak = started("Starlette", "peak_mb")
    yield beside(2, "its peak memory", "MB", started("ours", "peak_mb"), "Starlette", peak, _at_most(0.5))

    def answered(name: str, what: str) -> list[float]:
        return [getattr(one, what) for one in warm[name]]

    for end, most in (("first", 0.5), ("last", 1.0)):
        for share in ("p50", "p99"):
            ours, theirs = (answered(name, f"{end}_{share}") for name in ("ours", "Starlette"))
            what = f"warm batch of 60 lines, {end} byte, {share}"
            yield beside(3, what, "ms", ours, "Starlette", theirs, _at_most(most))
    for share in ("p50", "p99"):
        yield alone(3, f"of it the store's read alone, {share}", "ms", answered("store", f"first_{share}"))
    for name, least in (("Starlette", 1.5), ("Powertools", 2.0)):
        ours, theirs = answered("ours", "a_second"), answered(name, "a_second")
        yield beside(4, "batches in a second of processor", "", ours, name, theirs, Goal("at least", least))
    for name, door in DOORS.items():
        ratios = _in_bare(cold, name)
        was = first["doors"][door]["x_bare"]
        goal = Goal("at most", 0.7 * was, "at most 0.7 of the first") if door != "stream" else None
        yield alone(9, f"cold start of {door}", "x bare", ratios, goal)


def first_of(cold: Mapping[str, list[Start]], profiles: Mapping[str, Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    """What row 9 will be held to."""
    of = {
        door: {
            "ms": alone(9, door, "ms", [start.first_ms for start in cold[name]]).ours,
            "x_bare": alone(9, door, "x bare", _in_bare(cold, name)).ours,
            "cpu_ms": alone(9, door, "ms", [start.cpu_ms for start in cold[name]]).ours,
            "peak_mb": alone(9, door, "MB", [start.peak_mb for start in cold[name]]).ours,
            "imports": profiles[door],
        }
        for name, door in DOORS.items()
    }
    return {"taken": dict(taken), "doors": of}


def _at_most(figure: float) -> Goal:
    return Goal("at most", figure)


def _in_bare(cold: Mapping[str, list[Start]], name: str) -> list[float]:
    """Cold starts in those of the bare loop, round by round."""
    return [one.first_ms / bare.first_ms for one, bare in zip(cold[name], cold["bare loop"], strict=True)]


def _round(ask: Callable[[], Answer], cpu_ms: Callable[[], float], batches: int) -> Warm:
    before_ms = cpu_ms()
    answers = [ask() for _ in range(batches)]
    cpu_s = (cpu_ms() - before_ms) / 1000
    first = [(answer.first_s - answer.asked_s) * 1000 for answer in answers]
    last = [(answer.last_s - answer.asked_s) * 1000 for answer in answers]
    return Warm(*_p50_and_p99(first), *_p50_and_p99(last), batches / cpu_s)


def _p50_and_p99(figures: list[float]) -> tuple[float, float]:
    cuts = quantiles(figures, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _lines(program: Program) -> dict[str, Any]:
    """The content of each line in a batch, by its id."""
    with running(program) as started:
        body = started.ask().body
    text = (
        json.loads(body)["body"]
        if body.startswith(b'{"statusCode": 200, "body"')
        else body.partition(b"\0" * 8)[2] or body
    )
    text = text if isinstance(text, str) else text.decode()
    data = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
    return {line["id"]: line["content"] for line in data if "content" in line}


def _show(endpoint: str, settings: Mapping[str, str]) -> str:
    """A ticket for a show that runs for hours, in a table with a stored pack of another game."""
    store.create_table(endpoint, template.read(ROOT / "template.yaml").table)
    client = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=settings["AWS_REGION"],
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
    )
    table, now_ms = DynamoStore(client, template.TABLE_NAME), time.time_ns() // 1_000_000
    keys = table.add_ticket_keys(TicketKeys("bench", {"bench": b"of no use elsewhere"}))
    show = stage.start(
        table, Shelf(table), USER, Wish(builtin.named(GAME, "game"), "es", fixed(PACE_MS, PACE_MS)), now_ms
    )
    table.keep_show(USER, now_ms, now_ms + LONGEST_MS)
    keep_pack(table, STORED_GAME, now_ms)
    return ticket.sign(Ticket(USER, "show", now_ms + LONGEST_MS, show.id, show.number), keys)


def keep_pack(table: DynamoStore, game: str, now_ms: int) -> None:
    """A fresh stored pack for a game that has none built in."""
    name = builtin.named(game, "game")
    key, words = packs.key("game", "es", name.key), builtin.find(builtin.named(GAME, "game"), "es")
    pack = packs.versioned(Pack(PackRef(key, "", "ai", words.ref.genre), words.phrases))
    fence = table.lead(key, "bench", now_ms, now_ms + LONGEST_MS) or 0
    if not table.put_pack(key, pack, fence, fresh_until=now_ms + LONGEST_MS, stale_until=now_ms + LONGEST_MS):
        raise RuntimeError("the pack was not kept")
