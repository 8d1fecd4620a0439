"""The real stream door under AWS's own Runtime API server, through its start script, over the real store."""

import json
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from chatsim import builtin, stage, ticket
from chatsim.pace import Pace
from chatsim.shelf import Shelf
from chatsim.show import Script
from chatsim.stage import Wish
from chatsim.store.dynamo import DynamoStore
from chatsim.ticket import Ticket, TicketKeys

from tests import emf, sse
from tests.conftest import ROOT
from tests.rie.conftest import Invoke, Rie

EVENT = json.loads((Path(__file__).parents[1] / "events/function_url_stream.json").read_text())


@pytest.fixture
def door(rie: Rie, door_env: dict[str, str]) -> AbstractContextManager[Invoke]:
    return rie(ROOT / "functions/chat_stream", "app.handler", door_env)


def http(answer: bytes) -> tuple[dict[str, Any], bytes]:
    prelude, _, body = answer.partition(b"\0" * 8)
    return json.loads(prelude), body


def with_headers(**headers: str) -> dict[str, Any]:
    return {**EVENT, "headers": {**EVENT["headers"], **headers}}


def test_a_ticket_brings_the_lines_of_its_show(
    door: AbstractContextManager[Invoke], dynamo_client: Any, table: str, user: str, tmp_path: Path
) -> None:
    now_ms = int(time.time() * 1000)
    store = DynamoStore(dynamo_client, table)
    keys = store.add_ticket_keys(TicketKeys("k1", {"k1": b"s" * 32}))
    wish = Wish(builtin.named("Elden Ring", "game"), "es", Pace("fixed", 3000, 7000))
    show = stage.start(store, Shelf(store), user, wish, now_ms)
    signed = ticket.sign(Ticket(user, "show", now_ms + 60_000, show.id, show.number), keys)
    event = with_headers(**{"x-ticket": signed, "last-event-id": str(stage.opening(show))})
    with door as invoke:
        prelude, body = http(invoke(event))
        refusal, refused = http(invoke(with_headers(**{"x-ticket": signed + "x"})))
        log = wait_for_lines(tmp_path / "rie.log", 2)
    assert (prelude["statusCode"], prelude["headers"]["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    events = sse.parse(body)
    script = Script(show, builtin.find(wish.name, "es"))
    expected = [(f"{show.id}.{k}", script.line(k).text) for k in range(len(sse.lines(events)))]
    assert [(event.data["id"], event.data["content"]) for event in sse.lines(events)] == expected
    assert len(expected) >= 4
    assert [events[0].name, events[-1].name] == ["hello", "end"]
    assert (refusal["statusCode"], json.loads(refused)["error"]) == (401, "UNAUTHENTICATED")
    told = emf.told(log)
    assert 0 < told.pop(("TimeToFirstByteMs", "chat_stream")) < 10_000
    assert told == {
        ("Batches", "chat_stream"): 1,
        ("Lines", "chat_stream"): len(expected),
        ("Errors", "UNAUTHENTICATED"): 1,
    }


def wait_for_lines(log: Path, count: int) -> str:
    """The invocations' own lines of log, one each, once there are so many."""
    until_s = time.monotonic() + 10
    while True:
        lines = [line for line in log.read_text().splitlines() if line.startswith("{")]
        if len(lines) >= count or time.monotonic() > until_s:
            assert len(lines) == count
            return "\n".join(lines)
        time.sleep(0.02)


def test_nobody_gets_an_empty_body(door: AbstractContextManager[Invoke]) -> None:
    head = {**EVENT, "requestContext": {**EVENT["requestContext"], "http": {"method": "HEAD", "path": "/"}}}
    with door as invoke:
        answers = [http(invoke(event)) for event in (EVENT, head)]
    assert [(prelude["statusCode"], json.loads(body)["error"]) for prelude, body in answers] == [
        (401, "UNAUTHENTICATED"),
        (405, "METHOD_NOT_ALLOWED"),
    ]
