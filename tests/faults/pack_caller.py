"""Many users who want a pack nobody has, in a process of their own: told a title, it tells the sources they got."""

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

from tests.conftest import client_of


def ask_at_once(generator: Generator, who: str, title: str, threads: int) -> Counter[str]:
    start, sources = threading.Barrier(threads), Counter[str]()

    def ask(n: int) -> None:
        start.wait()
        found = generator.pack_for(f"{who}{n}-{title}", builtin.named(title, "game"), "es").made()
        sources[found.pack.ref.source + ("+pending" if found.pending else "")] += 1

    callers = [threading.Thread(target=ask, args=(n,)) for n in range(threads)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return sources


if __name__ == "__main__":
    who, endpoint, table, threads = sys.argv[1:]
    store = DynamoStore(client_of(endpoint, max_pool_connections=int(threads)), table)
    settings = AiSettings.from_env(os.environ)
    writer = Writer(Failover(settings.providers(), settings.first_token_s), settings)
    allowance = Allowance(at_once=3, per_user_day=10, per_day=500, fresh_days=30, stale_days=90)
    generator = Generator(store, Shelf(store), lambda: writer, allowance, lambda: time.time_ns() // 1_000_000)
    for line in sys.stdin:
        print(json.dumps(ask_at_once(generator, who, json.loads(line), int(threads))), flush=True)
