"""Many callers of one user's slots at once, in a process of their own; told a race, it tells how that went.

A race is `{"user", "plans": {"a": [[["add", "x"], ["swap", "x", "y"], …], …]}}`: one plan a caller, for each process.
"""

import json
import sys
import threading
from collections import Counter
from typing import Any

from chatsim.errors import LimitReached
from chatsim.records import Slot
from chatsim.store.dynamo import DynamoStore

from tests.conftest import client_of

MAX_SLOTS = 4


def slot(game: str) -> Slot:
    return Slot("game", game, game.title(), "es", "generic", "", 0)


class Race:
    def __init__(self, client: Any, table: str, user: str, plans: list[Any]) -> None:
        self.store, self.user, self.plans = DynamoStore(client, table), user, plans
        self.start, self.over = threading.Barrier(len(plans)), threading.Event()
        self.went: Counter[str] = Counter()
        self.most = 0
        self._lock = threading.Lock()

    def run(self) -> dict[str, Any]:
        callers = [threading.Thread(target=self.call, args=(plan,)) for plan in self.plans]
        watch = threading.Thread(target=self.watch)
        for thread in (watch, *callers):
            thread.start()
        for thread in callers:
            thread.join()
        self.over.set()
        watch.join()
        return {"went": self.went, "most": self.most}

    def call(self, plan: list[list[str]]) -> None:
        self.start.wait()
        for step in plan:
            try:
                how = self.do(*step)
            except LimitReached:
                how = "refused"
            except Exception as error:
                how = f"error: {error!r}"
            with self._lock:
                self.went[how] += 1

    def do(self, verb: str, game: str, other: str = "") -> str:
        if verb == "add":
            self.store.reserve_slot(self.user, slot(game), MAX_SLOTS)
        elif verb == "remove":
            self.store.free_slot(self.user, slot(game).member)
        elif not self.store.swap_slot(self.user, slot(game).member, slot(other)):
            return "nothing to swap"
        return verb

    def watch(self) -> None:
        while not self.over.wait(0.02):
            self.most = max(self.most, len(self.store.account(self.user, consistent=True).slots))


if __name__ == "__main__":
    who, endpoint, table, threads = sys.argv[1:]
    client = client_of(endpoint, max_pool_connections=int(threads) + 1)
    for line in sys.stdin:
        told = json.loads(line)
        print(json.dumps(Race(client, table, told["user"], told["plans"][who]).run()), flush=True)
