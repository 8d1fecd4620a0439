"""Many callers of one user's slots at once, in a process of their own; told a race, it tells how that went.

Each has a store of its own, as each environment of a function has.

A race is `{"user", "plans": {"a": [[["add", "x"], ["swap", "x", "y"], …], …]}}`: one plan a caller, for each process.
"""

import json
import os
import sys
import threading
from collections import Counter
from typing import Any

from chatsim.errors import LimitReached
from chatsim.records import Slot
from chatsim.store.dynamo import DynamoStore

from tests.faults.patient import Patient

MAX_SLOTS = 4


def slot(game: str) -> Slot:
    return Slot("game", game, game.title(), "es", "generic", "", 0)


class Race:
    """`stores`: one for each plan, and one more to watch by."""

    def __init__(self, stores: list[DynamoStore], user: str, plans: list[Any]) -> None:
        self.stores, self.user, self.plans = stores, user, plans
        self.start, self.over = threading.Barrier(len(plans)), threading.Event()
        self.went: Counter[str] = Counter()
        self.most = 0
        self._lock = threading.Lock()

    def run(self) -> dict[str, Any]:
        watching, *calling = self.stores
        callers = [threading.Thread(target=self.call, args=each) for each in zip(calling, self.plans, strict=True)]
        watch = threading.Thread(target=self.watch, args=(watching,))
        for thread in (watch, *callers):
            thread.start()
        for thread in callers:
            thread.join()
        self.over.set()
        watch.join()
        return {"went": self.went, "most": self.most}

    def call(self, store: DynamoStore, plan: list[list[str]]) -> None:
        self.start.wait()
        for step in plan:
            try:
                how = self.do(store, *step)
            except LimitReached:
                how = "refused"
            except Exception as error:
                how = f"error: {error!r}"
            with self._lock:
                self.went[how] += 1

    def do(self, store: DynamoStore, verb: str, game: str, other: str = "") -> str:
        if verb == "add":
            store.reserve_slot(self.user, slot(game), MAX_SLOTS)
        elif verb == "remove":
            store.free_slot(self.user, slot(game).member)
        elif not store.swap_slot(self.user, slot(game).member, slot(other)):
            return "nothing to swap"
        return verb

    def watch(self, store: DynamoStore) -> None:
        while not self.over.wait(0.02):
            self.most = max(self.most, len(store.account(self.user, consistent=True).slots))


if __name__ == "__main__":
    who, table, threads = sys.argv[1:]
    stores = [DynamoStore(Patient(os.environ), table) for _ in range(int(threads) + 1)]
    for line in sys.stdin:
        told = json.loads(line)
        print(json.dumps(Race(stores, told["user"], told["plans"][who]).run()), flush=True)
