"""Many users who want a pack nobody has, in a process of their own: told a title, it tells the sources they got.

Each has a store and a shelf of its own, as each environment of a function has.
"""

import json
import os
import sys
import threading
import time
from collections import Counter

from chatsim import builtin
from chatsim.shelf import Shelf
from chatsim.store.dynamo import DynamoStore
from chatsim_ai.failover import Failover
from chatsim_ai.generator import Allowance, Generator
from chatsim_ai.settings import AiSettings
from chatsim_ai.writer import Writer

from tests.faults.patient import Patient


def ask_at_once(generators: list[Generator], who: str, title: str) -> Counter[str]:
    start, sources = threading.Barrier(len(generators)), Counter[str]()

    def ask(n: int, generator: Generator) -> None:
        start.wait()
        found = generator.pack_for(f"{who}{n}-{title}", builtin.named(title, "game"), "es").made()
        sources[found.pack.ref.source + ("+pending" if found.pending else "")] += 1

    callers = [threading.Thread(target=ask, args=each) for each in enumerate(generators)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return sources


if __name__ == "__main__":
    who, table, threads = sys.argv[1:]
    settings = AiSettings.from_env(os.environ)
    writer = Writer(Failover(settings.providers(), settings.first_token_s), settings)
    allowance = Allowance(at_once=3, per_user_day=10, per_day=500, fresh_days=30, stale_days=90)
    stores = [DynamoStore(Patient(os.environ), table) for _ in range(int(threads))]
    generators = [
        Generator(store, Shelf(store), lambda: writer, allowance, lambda: time.time_ns() // 1_000_000)
        for store in stores
    ]
    for line in sys.stdin:
        print(json.dumps(ask_at_once(generators, who, json.loads(line))), flush=True)
