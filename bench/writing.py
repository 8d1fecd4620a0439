"""How long a pack takes that an AI writes at 500 tokens a second, and what of that is our own share.

The AI is the fake one behind its vendors' real SDKs; how long it takes by itself follows from its pace.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from unittest.mock import patch
from urllib.parse import quote

import httpx
from chatsim import builtin
from chatsim.names import Lang
from chatsim_ai import prompt
from chatsim_ai.failover import Attempt
from chatsim_ai.settings import VENDORS

from bench.doors import Doors, Taken
from bench.programs import ROOT
from bench.table import Goal, Row, alone, beside
from local import fake_ai, fake_pack

TOKENS_A_SECOND = 500
# Characters in a token of Spanish chat, rather too few; each token comes by itself, as vendors send them.
TOKEN = 3
LANG: Lang = "es"
ADD = "/api/generate-phrases"


@dataclass(frozen=True)
class Pack:
    """Seconds from the request to the first line that is kept and to the answer; the AI's own until it has said so."""

    first_s: float
    whole_s: float
    ai_first_s: float
    ai_whole_s: float
    taken: Taken


def measured(at: Doors, rounds: int) -> list[Pack]:
    """`rounds` packs, each of a game new to everybody; not more than a user may have written in a day."""
    with _an_ai() as url, patch.dict(os.environ, fake_ai.environment(url)):
        for number, _ in enumerate(VENDORS):
            _pack(at, url, f"Unheard of {number}", seconds=0.1)  # each vendor's SDK is loaded, and connected
        return [_pack(at, url, f"Unknown to all {number}") for number in range(rounds)]


def rows(packs: list[Pack]) -> Iterator[Row]:
    """Of row 8."""
    what = f"with an AI of {TOKENS_A_SECOND} tokens a second"
    first, ai_first = [pack.first_s * 1000 for pack in packs], [pack.ai_first_s * 1000 for pack in packs]
    whole, ai_whole = [pack.whole_s for pack in packs], [pack.ai_whole_s for pack in packs]
    yield beside(8, f"first usable phrase, {what}", "ms", first, "the AI alone", ai_first)
    yield alone(8, "of it our own share", "ms", [pack - ai for pack, ai in zip(first, ai_first, strict=True)])
    goal = Goal("at most", 1.05, "the AI is the rest")
    yield beside(8, f"whole pack, {what}", "s", whole, "the AI alone", ai_whole, goal)
    yield alone(8, "of it our own share", "ms", [(pack.whole_s - pack.ai_whole_s) * 1000 for pack in packs])


def _pack(at: Doors, url: str, game: str, seconds: float | None = None) -> Pack:
    lines = fake_pack.answer(prompt.messages(builtin.named(game, "game"), LANG))
    text = "".join(f"{line}\n" for line in lines)
    seconds = seconds or len(text) / TOKEN / TOKENS_A_SECOND
    for vendor in VENDORS:
        behaviour = {"provider": vendor, "mode": "ok", "seconds": seconds, "game": game}
        httpx.post(f"{url}/control", json=behaviour, trust_env=False).raise_for_status()
    kept_s: list[float] = []
    useful = Attempt.useful

    def heard(attempt: Attempt) -> None:
        kept_s.append(time.perf_counter())
        useful(attempt)

    begun_s = time.perf_counter()
    with patch.object(Attempt, "useful", heard):
        taken, answer = at.ask("Generate", "POST", ADD, {"gameName": game, "lang": LANG}, warm_up=0, times=1)
    whole_s = time.perf_counter() - begun_s
    if answer["source"] != "ai":
        raise RuntimeError(f"no AI wrote it: {answer['source']}")
    at.ask("Api", "DELETE", f"{ADD}?game={quote(game)}", warm_up=0, times=1)  # its slot is for the next one
    first_s = seconds * ceil(len(f"{lines[0]}\n") / TOKEN) / ceil(len(text) / TOKEN)
    return Pack(kept_s[0] - begun_s, whole_s, first_s, seconds, taken)


@contextmanager
def _an_ai() -> Iterator[str]:
    """The address of a fake AI, in a process of its own."""
    command = [sys.executable, "-m", "local.fake_ai", "--characters", str(TOKEN)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            assert process.stdout  # noqa: S101 - it is a pipe
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
