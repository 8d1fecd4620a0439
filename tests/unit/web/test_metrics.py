"""What each door tells CloudWatch, asked of the very door in a process of its own, in the form CloudWatch reads."""

import json
import re

import pytest
from chatsim import metrics
from chatsim.metrics import METRICS, Metric
from chatsim_ai.failover import AttemptRecord
from chatsim_web import measures

from tests import emf
from tests.budget.fresh import run

# A door over a store in memory and with one user; ask() is a request, `printed` what the door printed.
OPEN = """
import io, json, os
from contextlib import redirect_stdout
os.environ |= ENVIRONMENT
app = open_door()
from types import SimpleNamespace
from chatsim.shelf import Shelf
from chatsim.store.memory import MemoryStore
from chatsim.ticket import TicketKeys
store = MemoryStore()
store.add_ticket_keys(TicketKeys("k1", {"k1": b"s" * 32}))
app.services.store, app.services.shelf = lambda: store, lambda: Shelf(store)
app.services.caller, app.services.ticket_keys = lambda *_: "ana", lambda: store.ticket_keys
if hasattr(app, "generator"):
    app.generator.cache_clear()
printed = io.StringIO()
def ask(method, path, body=None):
    event = {
        "version": "2.0", "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
        "headers": {"content-type": "application/json"}, "body": json.dumps(body),
        "requestContext": {"stage": "$default", "http": {"method": method, "path": path, "sourceIp": "203.0.113.7"}},
    }
    with redirect_stdout(printed):
        return app.handler(event, SimpleNamespace(aws_request_id="r"))["statusCode"]
"""


def printed(door: str, asks: str, **env: str) -> tuple[object, emf.Told]:
    code = f"{OPEN.replace('ENVIRONMENT', repr(env))}\nanswers = {asks}\nresult = [answers, printed.getvalue()]"
    (answers, output), _ = run(code, door=door)
    return answers, emf.told(output)


def test_the_api_tells_of_shows_and_errors():
    asks = """[
        ask("POST", "/api/chat-ticket", {"gameName": "Elden Ring"}),
        ask("POST", "/api/chat-ticket", {"gameName": "Gris"}),
        ask("POST", "/api/chat-ticket", {"gameName": ""}),
        ask("GET", "/api/nowhere"),
    ]"""
    answers, told = printed("Api", asks)
    assert answers == [200, 200, 400, 404]
    assert told == {("ShowsStarted", "api"): 2, ("Errors", "INVALID_REQUEST"): 1, ("Errors", "NOT_FOUND"): 1}


def test_generate_tells_where_packs_came_from():
    asks = """[
        ask("POST", "/api/generate-phrases", {"gameName": name})
        for name in ("Elden Ring", "FIFA 12", "Zzyzx Qq", "<b>", "Tunic", "Gris")
    ]"""
    answers, told = printed("Generate", asks)
    assert answers == [200, 200, 200, 422, 200, 429]
    sources = {by: count for (name, by), count in told.items() if name == "Packs"}
    assert sources.keys() <= {"builtin", "genre", "generic"}
    assert (sources["builtin"], sum(sources.values())) == (1, 4)
    assert {by: count for (name, by), count in told.items() if name == "Errors"} == {
        "INVALID_GAME": 1,
        "LIMIT_REACHED": 1,
    }


@pytest.mark.parametrize("door", ["Api", "Generate"])
def test_a_terminal_is_for_people(door):
    answers, told = printed(door, '[ask("GET", "/api/nowhere")]', POWERTOOLS_METRICS_DISABLED="true")
    assert (answers, told) == ([404], {})


@pytest.mark.parametrize(("kind", "failed"), [("ok", 0), ("deadline", 0), ("timeout", 1), ("rate_limited", 1)])
def test_a_providers_turn_is_its_time_and_whether_it_was_of_use(capsys, kind, failed):
    measures.provider_turn(AttemptRecord("groq", kind, 2.3456, None, 30, 4_000))
    line = json.loads(capsys.readouterr().out)
    assert {name: value for name, _, value in emf.of(line)} == {"ProviderMs": 2345.6, "ProviderFailures": failed}
    assert (line["kind"], line["lines"], line["tokens"], line["firstLineMs"]) == (kind, 30, 4_000, None)


def test_the_table_in_words_is_the_table():
    rows = re.findall(r"^    ([A-Z]\w+) +(\w+) +(\w+) +\w", metrics.__doc__ or "", re.MULTILINE)
    assert {name: Metric(unit, dimension) for name, unit, dimension in rows} == METRICS


# ── The stream door ──

STREAM = """
import os
os.environ |= ENVIRONMENT
app = open_door()
def read(chunks, stop_after=None):
    notes = {}
    body = app.measured(chunks, app.time.perf_counter(), notes)
    try:
        for n, chunk in enumerate(body, 1):
            if n == stop_after:
                body.close()
    except ZeroDivisionError:
        pass
    return notes
def chunks(fail=False):
    yield b"retry: 1000\\n\\n"
    yield b"id: s.1\\ndata: {}\\n\\n"
    if fail:
        1 / 0
    yield b"id: s.2\\ndata: {}\\n\\nid: s.3\\ndata: {}\\n\\nevent: end\\ndata: {}\\n\\n"
result = [read(chunks()), read(chunks(fail=True)), read(chunks(), stop_after=1), read(chunks(), stop_after=3)]
"""


def stream_notes(**env: str) -> list[dict[str, object]]:
    notes, _ = run(STREAM.replace("ENVIRONMENT", repr(env)))
    found: list[dict[str, object]] = notes
    return found


def test_a_stream_tells_of_itself_however_it_ends():
    whole, failed, unread, cut = stream_notes()
    told = [{name: value for name, _, value in emf.of(line)} for line in (whole, failed, unread, cut)]
    times = [line.pop("TimeToFirstByteMs", None) for line in told]
    assert told == [
        {"Batches": 1, "Lines": 3},
        {"Batches": 1, "Lines": 1, "Errors": 1},
        {"Batches": 1, "Lines": 0},
        {"Batches": 1, "Lines": 1},
    ]
    assert failed["Code"] == "INTERNAL"
    assert [time is None for time in times] == [False, False, True, False], "nobody knows whether the first one left"
    assert whole["service"] == "chat_stream"


def test_a_stream_on_a_laptop_tells_nothing():
    assert stream_notes(POWERTOOLS_METRICS_DISABLED="true") == [{}] * 4
