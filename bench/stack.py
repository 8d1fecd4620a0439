"""How soon `make dev` serves its page, when it has been set up before; and how long the tests took."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator

import httpx

from bench.programs import ROOT
from bench.table import Goal, Row, alone

# What `make test` leaves: how many seconds it took, and the day.
TESTED = ROOT / ".cache" / "tested"


def rows(rounds: int) -> Iterator[Row]:
    """Row 11."""
    begin_s = [start_s() for _ in range(min(rounds, 5))]
    yield alone(11, "make dev until its page is there", "s", begin_s, Goal("at most", 3))
    if TESTED.exists():
        took_s, date = TESTED.read_text("utf-8").split()
        yield alone(11, f"make test, the last that passed, {date}", "s", [float(took_s)], Goal("at most", 300))


def start_s() -> float:
    """Raises RuntimeError when it ends without an address."""
    begun_s = time.perf_counter()
    process = subprocess.Popen(
        ["make", "dev", "PORT=0"],  # noqa: S607 - whichever make there is
        cwd=ROOT,
        env=os.environ | {"GROQ_API_KEY": "", "CEREBRAS_API_KEY": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # make and what it starts end together
    )
    try:
        for line in process.stdout or ():
            if found := re.search(r"http://localhost:\d+", line):
                httpx.get(found[0], trust_env=False).raise_for_status()
                return time.perf_counter() - begun_s
        raise RuntimeError("make dev has ended")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        if process.stdout:
            process.stdout.close()
