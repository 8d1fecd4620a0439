"""What is counted rather than timed, at the real doors: dollars, reads and calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
from chatsim import builtin
from chatsim.store.dynamo import DynamoStore
from chatsim_ai import prompt

from bench import cost, doors, writing
from bench.doors import Doors, Taken
from bench.peers import held
from bench.race import STORED_GAME, keep_pack
from bench.table import Goal, Row
from bench.writing import TOKEN, Pack
from local import fake_pack, template

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Items that DynamoDB writes at once.
A_WRITE = 25
# Nobody has asked for it before in the same table.
BUILT_IN_GAME = "Minecraft"
SHARED = ("Lambda, time", "Lambda, requests", "HTTP API", "DynamoDB, reads", "DynamoDB, writes")
# Groq's list for gpt-oss-120b, of what is asked and said.
DOLLARS_A_MILLION = (0.15, 0.60)
BATCH = "/api/chat-stream?horizon=60"


@dataclass(frozen=True)
class Counted:
    """Rows 6 to 8, and what they were made of: what each of `cost.requests` took, and the packs an AI wrote."""

    rows: list[Row]
    taken: dict[str, Taken]
    packs: list[Pack]


def measured(times: int, packs: int, many_packs: int, many_shows: int) -> Counted:
    """`times`: how often a door is asked the same; `packs`: how many an AI writes; then what else the table holds."""

    def at_doors(at: Doors) -> Counted:
        taken = cost.requests(at)
        rows = [*of_dollars(taken), *of_reads(at, many_packs, many_shows), *of_packs(at)]
        written = writing.measured(at, packs)
        return Counted([*rows, *writing.rows(written)], taken, written)

    return doors.measured(at_doors, times)


def of_dollars(taken: dict[str, Taken]) -> Iterator[Row]:
    """An hour of reading by the price list; what the classic design needs as well stands in lines of its own."""
    asked = cost.asked_an_hour()
    presses = {"press": asked.pop("press")}
    dashboard = {name: times for name, times in asked.items() if name.startswith("dashboard")}
    chat = {name: times for name, times in dashboard.items() if name.endswith("batch")}
    one = cost.bill(held.hour())
    for what, requests, connections, most in (
        ("the chat of a dashboard", chat, 1, None),
        ("a dashboard", dashboard, 1, 1 / 100),
        ("dashboard and overlay", asked, 2, 1 / 50),
    ):
        used = cost.hour(requests, taken)
        ours, theirs = cost.bill({name: used[name] for name in SHARED}) * 100, connections * one * 100
        goal = Goal("at most", most, f"at most 1/{1 / most:.0f}") if most else None
        against = "held connection" if connections == 1 else "two of them"
        yield Row(6, f"an hour of {what}", "cents", ours, against, theirs, ours / theirs, None, goal)
    for what, requests, names in (
        ("logs", asked, ("CloudWatch, logs",)),
        ("CloudFront", asked, ("CloudFront, requests", "CloudFront, transfer")),
        (f"{cost.PRESSES} presses", presses, SHARED),
    ):
        used = cost.hour(requests, taken)
        yield Row(6, f"an hour of dashboard and overlay: {what}", "cents", cost.bill({n: used[n] for n in names}) * 100)


def of_reads(at: Doors, many_packs: int, many_shows: int) -> Iterator[Row]:
    """Read units of a batch in an empty table and in a full one; and how often a hot pack is read."""
    client = boto3.client("dynamodb")
    keep_pack(DynamoStore(client, template.TABLE_NAME), STORED_GAME, time.time_ns() // 1_000_000)
    wish = {"mode": "game", "lang": "es", "min": 3000, "max": 7000}
    _, page = at.ask("Api", "POST", "/api/chat-ticket", {**wish, "gameName": STORED_GAME}, warm_up=0, times=1)
    hot, _ = at.ask("ChatStream", "GET", BATCH, warm_up=0, times=1, x_ticket=page["ticket"])
    few, _ = at.ask("ChatStream", "GET", BATCH, warm_up=0, x_ticket=page["ticket"])
    fill(client, many_packs, lambda n: {"pk": {"S": f"PACK#game#es#{n}"}, "sk": {"S": "HEAD"}, "fence": {"N": "1"}})
    fill(client, many_shows, lambda n: {"pk": {"S": f"USER#{n}"}, "sk": {"S": "SHOW"}, "tag": {"S": str(n)}})
    many, _ = at.ask("ChatStream", "GET", BATCH, warm_up=0, x_ticket=page["ticket"])
    yield Row(7, "read units of a batch, 1 pack and 1 show", "", few.reads)
    what = f"the same, {many_packs:,} packs and {many_shows:,} shows"
    yield Row(
        7, what, "", many.reads, "1 and 1", few.reads, many.reads / few.reads, None, Goal("at most", 1, "the same")
    )
    yield Row(
        7,
        f"reads of a hot pack in {at.times + 1} batches of one environment",
        "",
        hot.calls - few.calls,
        goal=Goal("at most", 1),
    )


def of_packs(at: Doors) -> Iterator[Row]:
    for what, game, of_new in (
        ("a stored pack", STORED_GAME, "limit, slot, popularity"),
        ("a built-in pack", BUILT_IN_GAME, "limit, slot"),
    ):
        first, new, again = calls(at, game)
        yield Row(8, f"calls of the store for {what}, first in its environment", "", first)
        yield Row(8, f"the same, warm, game new to the user: {of_new}", "", new)
        yield Row(8, "the same, warm, game the user has", "", again, goal=Goal("at most", 2))
    asked, answered = tokens()
    yield Row(8, "tokens asked with for a pack", "", asked)
    yield Row(8, "tokens of a whole pack", "", answered)
    dollars = (asked * DOLLARS_A_MILLION[0] + answered * DOLLARS_A_MILLION[1]) / 1e6
    yield Row(8, "a pack by the price list", "cents", dollars * 100, goal=Goal("at most", 0.3))


def calls(at: Doors, game: str) -> tuple[int, int, int]:
    """Of the store for phrases that are there: by the first who asks in an environment, for a game that is new to the
    user in a warm one, and for one that they have.
    """
    wish, place = {"gameName": game, "lang": "es"}, f"/api/generate-phrases?game={quote(game)}"
    first, _ = at.ask("Generate", "POST", "/api/generate-phrases", wish, warm_up=0, times=1)
    at.ask("Api", "DELETE", place, warm_up=0, times=1)
    new, _ = at.ask("Generate", "POST", "/api/generate-phrases", wish, warm_up=0, times=1)
    again, _ = at.ask("Generate", "POST", "/api/generate-phrases", wish)
    return first.calls, new.calls, again.calls


def tokens() -> tuple[float, float]:
    """Of what the AI is asked, and of an answer with as many lines as it is asked for."""
    messages = prompt.messages(builtin.named(STORED_GAME, "game"), "es")
    answer = "\n".join(fake_pack.answer(messages))
    return sum(len(message["content"]) for message in messages) / TOKEN, len(answer) / TOKEN


def fill(client: DynamoDBClient, count: int, item: Callable[[int], dict[str, Any]]) -> None:
    """`count` items more in the table."""
    numbers = iter(range(count))
    while batch := [item(n) for n in islice(numbers, A_WRITE)]:
        client.batch_write_item(RequestItems={template.TABLE_NAME: [{"PutRequest": {"Item": one}} for one in batch]})
