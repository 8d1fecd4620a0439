"""Leaders of many games in one process, each stalled on its way: told games, they say when all of them stand still.

Told `[[title, stage, end], …]`, it prints when each lease ends (epoch ms) once every leader stands at its stage:
`writing` (the AI is at work) or `between` (the version is written, the head not yet). The next line, whatever it says,
lets them go on to their end: a pack that is `written`, a provider that `failed`, a name that was `refused`. It prints
what each of them gave its caller.
"""

import json
import os
import sys
import threading
import time
from typing import Any

from chatsim import builtin, packs
from chatsim.errors import InvalidName
from chatsim.shelf import Shelf
from chatsim.store.dynamo import DynamoStore
from chatsim.store.signed_client import SignedClient
from chatsim_ai import generator
from chatsim_ai.generator import Allowance, Generator
from chatsim_ai.writer import AiUnavailable, Written

ALLOWANCE = Allowance(at_once=99, per_user_day=9999, per_day=9999, fresh_days=30, stale_days=90)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def pack_of(word: str) -> Written:
    return Written(dict.fromkeys(packs.GAME_CATEGORIES, (word,) * 40), (), "fake", False, 0, 0)


class Stalled(DynamoStore):
    """A leader's store and writer at once, so that it can stall in either."""

    def __init__(self, client: SignedClient, table: str, title: str, stage: str, end: str) -> None:
        super().__init__(client, table)
        self.title, self.stage, self.end = title, stage, end
        self.here, self.on = threading.Event(), threading.Event()
        self.until_ms, self.gave = 0, ""
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        made = Generator(self, Shelf(self), lambda: self, ALLOWANCE, now_ms)
        try:
            found = made.pack_for(f"leader of {self.title}", builtin.named(self.title, "game"), "es")
            self.gave = found.made().pack.ref.source
        except InvalidName:
            self.gave = "refused"

    def lead(self, pack_key: str, owner: str, now_ms: int, until_ms: int, **how: Any) -> int | None:
        self.until_ms = until_ms
        return super().lead(pack_key, owner, now_ms, until_ms, **how)

    def write(self, *_: Any) -> Written:
        self.stall("writing")
        if self.end == "failed":
            raise AiUnavailable({"fake": "timeout"})
        if self.end == "refused":
            raise InvalidName("game")
        return pack_of("late")

    def _put(self, item: dict[str, Any]) -> None:
        super()._put(item)
        self.stall("between")

    def stall(self, stage: str) -> None:
        if stage == self.stage:
            self.here.set()
            self.on.wait()


if __name__ == "__main__":
    _, table, generator.LEASE_MS = *sys.argv[1:3], int(sys.argv[3])
    for line in sys.stdin:
        leaders = [Stalled(SignedClient(os.environ), table, *told) for told in json.loads(line)]
        for leader in leaders:
            leader.thread.start()
        print(json.dumps([leader.here.wait() and leader.until_ms for leader in leaders]), flush=True)
        sys.stdin.readline()
        for leader in leaders:
            leader.on.set()
            leader.thread.join()
        print(json.dumps([leader.gave for leader in leaders]), flush=True)
