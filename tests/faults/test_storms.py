"""One AI call per game, however many ask at once: callers in two processes that share the store alone."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import CREDENTIALS

STORMS = 3
MANY = 20
THREADS = 32

# Asks for one game in 32 threads at once, each a user of its own; prints how many got which source.
ASKER = """
import json, os, sys, threading, time, boto3
from collections import Counter
from botocore.config import Config
from chatsim import builtin
from chatsim.shelf import Shelf
from chatsim.store.dynamo import DynamoStore
from chatsim_ai.failover import Failover
from chatsim_ai.generator import Allowance, Generator
from chatsim_ai.settings import AiSettings
from chatsim_ai.writer import Writer

endpoint, table, who, threads = sys.argv[1:4] + [int(sys.argv[4])]
store = DynamoStore(boto3.client("dynamodb", endpoint_url=endpoint, config=Config(max_pool_connections=threads)), table)
settings = AiSettings.from_env(os.environ)
writer = Writer(Failover(settings.providers(), settings.first_token_s), settings)
allowance = Allowance(at_once=3, per_user_day=10, per_day=500, fresh_days=30, stale_days=90)
generator = Generator(store, Shelf(store), lambda: writer, allowance, lambda: time.time_ns() // 1_000_000)
for title in sys.stdin:
    start, sources = threading.Barrier(threads), Counter()

    def ask(n):
        start.wait()
        found = generator.pack_for(f"{who}{n}-{title}", builtin.named(title.strip(), "game"), "es")
        sources[found.pack.ref.source + ("+pending" if found.pending else "")] += 1

    workers = [threading.Thread(target=ask, args=(n,)) for n in range(threads)]
    [w.start() for w in workers], [w.join() for w in workers]
    print(json.dumps(sources), flush=True)
"""


@pytest.fixture
def askers(dynalite: str, table: str, fake_ai_env: dict[str, str]) -> Iterator[list["subprocess.Popen[str]"]]:
    env = {**CREDENTIALS, **fake_ai_env, "AWS_DEFAULT_REGION": "us-east-1", "CHATSIM_LOCAL": "1", "PATH": ""}
    command = [sys.executable, "-c", ASKER, dynalite, table]
    started = [
        subprocess.Popen(
            [*command, who, str(THREADS)], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for who in ("a", "b")
    ]
    yield started
    for process in started:
        process.communicate(timeout=15)


def storm(askers: list[Any], title: str) -> list[dict[str, int]]:
    for process in askers:
        process.stdin.write(f"{title}\n")
        process.stdin.flush()
    return [json.loads(process.stdout.readline()) for process in askers]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("storms", [STORMS, pytest.param(MANY, marks=pytest.mark.soak)])
def test_a_storm_of_cold_callers_makes_one_call(askers: list[Any], fake_ai_url: str, storms: int) -> None:
    for n in range(storms):
        title = f"Juego de la Tormenta {storms} {n}"
        answers = storm(askers, title)
        sources = {source: sum(answer.get(source, 0) for answer in answers) for answer in answers for source in answer}
        assert sum(sources.values()) == 2 * THREADS
        assert sources.get("ai") == 1, sources
        calls = httpx.get(f"{fake_ai_url}/control").json()
        assert sum(provider["games"].get(title, 0) for provider in calls.values()) == 1
