"""Slots under races: callers in two processes that share nothing but the store."""

import subprocess
import sys
from typing import Any

import pytest
from chatsim.records import Slot
from chatsim.store.dynamo import DynamoStore

from tests.conftest import CREDENTIALS

ROUNDS = 3
THREADS = 32
MAX_SLOTS = 4

# Adds 32 games at once, one a thread, and prints how many were let in.
ADDER = """
import sys, threading, boto3
from botocore.config import Config
from chatsim import builtin, games
from chatsim.errors import LimitReached
from chatsim.games import Found, Wanted
from chatsim.shelf import Shelf, best_pack
from chatsim.store.dynamo import DynamoStore

endpoint, table, who, threads = sys.argv[1:4] + [int(sys.argv[4])]
store = DynamoStore(boto3.client("dynamodb", endpoint_url=endpoint, config=Config(max_pool_connections=threads)), table)
for user in sys.stdin:
    start, added = threading.Barrier(threads), []

    def add(n):
        name = builtin.named(f"game {who} {n}", "game")
        start.wait()
        try:
            find = lambda: Found(best_pack(store, Shelf(store), name, "es", n))
            games.add(store, user.strip(), Wanted(name, "es"), find, max_slots=4, now_ms=n)
            added.append(n)
        except LimitReached:
            pass

    workers = [threading.Thread(target=add, args=(n,)) for n in range(threads)]
    [w.start() for w in workers], [w.join() for w in workers]
    print(len(added), flush=True)
"""


@pytest.fixture
def adders(dynalite: str, table: str) -> Any:
    env = {**CREDENTIALS, "AWS_DEFAULT_REGION": "us-east-1", "PATH": ""}
    command = [sys.executable, "-c", ADDER, dynalite, table]
    started = [
        subprocess.Popen(
            [*command, who, str(THREADS)], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for who in ("a", "b")
    ]
    yield started
    for process in started:
        process.communicate(timeout=10)


def race(adders: Any, user: str) -> int:
    """Both processes at once; how many games were let in, over all 64 callers."""
    for process in adders:
        process.stdin.write(f"{user}\n")
        process.stdin.flush()
    return sum(int(process.stdout.readline()) for process in adders)


def test_never_more_than_four_slots(adders: Any, dynamo_client: Any, table: str, user: str) -> None:
    store = DynamoStore(dynamo_client, table)
    for n in range(ROUNDS):
        who = f"{user}-{n}"
        already = n % MAX_SLOTS
        for kept in range(already):
            store.reserve_slot(who, Slot("game", f"kept {kept}", f"Kept {kept}", "es", "generic", "", 0), MAX_SLOTS)
        assert race(adders, who) == MAX_SLOTS - already
        assert len(store.account(who, consistent=True).slots) == MAX_SLOTS
