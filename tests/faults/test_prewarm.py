"""The scheduler's door in three processes at once, over the real store, both SDKs, the fake AI and a fake SSM."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chatsim import builtin, packs, popular
from chatsim.packs import Pack, PackRef
from chatsim.store.dynamo import DynamoStore
from chatsim_ai.current import KEY_SETTINGS

from local.launch import FakeAi
from tests import emf, fake_ssm
from tests.budget.fresh import DOORS
from tests.conftest import CREDENTIALS, ROOT
from tests.faults.titles import new_title

AT_ONCE = 3
PATH = "/chat-simulation-stream/test"
DAY_MS = 86_400_000

# The door with an event on each line of standard input; after the lines it logs, its result.
DOOR = """
import json, sys, time
from types import SimpleNamespace
sys.path.insert(0, sys.argv[1])
import app
print("ready", flush=True)
for line in sys.stdin:
    until_s = time.monotonic() + 300
    left_ms = lambda: int((until_s - time.monotonic()) * 1000)
    context = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=left_ms)
    print("result " + json.dumps(app.handler(json.loads(line), context)), flush=True)
"""

Doors = list["subprocess.Popen[str]"]
Told = tuple[list[dict[str, Any]], emf.Told]


@pytest.fixture
def doors(dynalite: str, new_table: Callable[[], str], ai: FakeAi) -> Iterator[Callable[..., Doors]]:
    """doors(table, **env) → the door in three processes, its keys in SSM."""
    with contextlib.ExitStack() as at_end:
        ssm = at_end.enter_context(fake_ssm.running())
        ssm.values = {f"{PATH}/{name}": f"secret {name}" for name in KEY_SETTINGS}
        own = {name: value for name, value in ai.environment.items() if name not in KEY_SETTINGS}

        def opened(table: str, **env: str) -> Doors:
            whole = {
                **DOORS["Prewarm"].environment,
                **CREDENTIALS,
                **own,
                **{"AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": dynalite, "AWS_ENDPOINT_URL_SSM": ssm.url},
                **{"TABLE_NAME": table, "AI_KEYS": f"{PATH}/", "CHATSIM_LOCAL": "1", "PATH": ""},
                **env,
            }
            command = [sys.executable, "-c", DOOR, str(DOORS["Prewarm"].folder)]
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            processes = [subprocess.Popen(command, env=whole, **pipes) for _ in range(AT_ONCE)]
            for process in processes:
                at_end.callback(process.communicate, timeout=15)
            for process in processes:
                assert process.stdout
                assert process.stdout.readline() == "ready\n"
            return processes

        yield opened


def run(doors: Doors) -> Told:
    """The same event to each of them at once: what each answers, and what their metrics count together."""
    event = json.dumps(json.loads((ROOT / "tests/events/scheduler.json").read_text()))
    for process in doors:
        assert process.stdin
        process.stdin.write(event + "\n")
        process.stdin.flush()
    results, logged = [], ""
    for process in doors:
        assert process.stdout
        while not (line := process.stdout.readline()).startswith("result "):
            assert line, "the door has ended"
            assert "secret" not in line
            logged += line
        results.append(json.loads(line.removeprefix("result ")))
    return results, emf.told(logged)


def total(results: list[dict[str, Any]], end: str) -> int:
    return sum(result[end] for result in results)


@pytest.mark.timeout(120)
def test_three_identical_events_make_one_generation_a_game(
    doors: Any, dynamo_client: Any, new_table: Any, ai: FakeAi
) -> None:
    table, named, asked, old, failing = new_table(), new_title(), new_title(), new_title(), new_title()
    store, now_ms = DynamoStore(dynamo_client, table), time.time_ns() // 1_000_000
    popular.note(store, builtin.named(asked, "game"), "es-MX", now_ms)
    # Still fresh for a day, as a pack of 30 days is at 97 % of its life.
    key = packs.key("game", "es", builtin.named(old, "game").key)
    stored = Pack(PackRef(key, "1", "ai"), dict.fromkeys(packs.GAME_CATEGORIES, ("hola",)))
    fence = store.lead(key, "before", now_ms, now_ms + 1)
    assert fence
    store.put_pack(key, stored, fence, fresh_until=now_ms + DAY_MS, stale_until=now_ms + 60 * DAY_MS)
    for provider in ("groq", "cerebras"):
        ai.behave(provider, "500", game=failing)

    wanted = {"POPULAR_GAMES": f"{failing}, {named}, Elden Ring, {old}", "POPULAR_LANGS": "es"}
    three = doors(table, **wanted)
    results, metrics = run(three)
    games = 5
    assert [sum(result.values()) for result in results] == [games] * AT_ONCE
    assert [total(results, end) for end in ("made", "failed", "left")] == [3, 1, 0], results
    assert {game: sum(ai.calls(game).values()) for game in (named, asked, old)} == {named: 1, asked: 1, old: 1}
    assert sum(ai.calls(failing).values()) == 2, "each provider once"
    assert sum(ai.calls("Elden Ring").values()) == 0
    assert store.head(key, consistent=True).fresh_until > now_ms + 29 * DAY_MS

    assert {end: metrics.get(("Prewarmed", end), 0) for end in results[0]} == {
        end: total(results, end) for end in results[0]
    }
    turns = {provider: metrics.get(("ProviderFailures", provider)) for provider in ("groq", "cerebras")}
    assert turns == {"groq": 1, "cerebras": 1}
    assert all(metrics["ProviderMs", provider] > 0 for provider in turns)

    again, metrics = run(three)
    assert again == [{"made": 0, "fresh": 3, "skipped": 2, "failed": 0, "left": 0}] * AT_ONCE
    assert metrics == {("Prewarmed", "fresh"): 3 * AT_ONCE, ("Prewarmed", "skipped"): 2 * AT_ONCE}


def test_without_any_key_it_says_so(doors: Any, new_table: Any) -> None:
    results, _ = run(doors(new_table(), AI_KEYS="", POPULAR_GAMES="Gris,Celeste"))
    nothing = {"made": 0, "fresh": 0, "skipped": 4, "failed": 0, "left": 0, "why": "no AI key"}
    assert results == [nothing] * AT_ONCE
