"""Start the stack, or the fake AI, as a process of its own and learn its address: for tests and measurements."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

from local import fake_ai as fake

_STOP_S = 10


@dataclass(frozen=True)
class Running:
    """`url`: the origin it answers on, without a slash at the end."""

    url: str
    process: subprocess.Popen[str]


@dataclass(frozen=True)
class FakeAi:
    """`url`: its address, without a slash at the end."""

    url: str
    http: httpx.Client

    @property
    def environment(self) -> dict[str, str]:
        """What makes the doors, or the stack that starts them, talk to it."""
        return fake.environment(self.url)

    def behave(self, provider: str, mode: str, **how: Any) -> None:
        """`how`: `seconds`, `retry_after`, and `game` to which it is to be kept."""
        self._control("POST", {"provider": provider, "mode": mode, **how})

    def start_over(self) -> None:
        self._control("DELETE")

    def calls(self, game: str | None = None) -> dict[str, int]:
        """How often each provider was called, for `game` or in all."""
        counts = self._control("GET")
        return {name: own["games"].get(game, 0) if game else own["calls"] for name, own in counts.items()}

    def _control(self, method: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.http.request(method, f"{self.url}/control", json=told)
        answer.raise_for_status()
        counts: dict[str, Any] = answer.json()
        return counts


@contextlib.contextmanager
def running(data: Path, *arguments: str, errors: Path | None = None, ai: FakeAi | None = None) -> Iterator[Running]:
    """The stack on a free port with its data in `data`; ended on leaving. `errors`: file for its standard error.

    Its packs are written by `ai` or by nobody, whatever keys this machine has.
    """
    environment = ai.environment if ai else {"GROQ_API_KEY": "", "CEREBRAS_API_KEY": ""}
    command = ["local", "--port", "0", "--data", str(data), *arguments]
    with contextlib.ExitStack() as at_end:
        stderr = at_end.enter_context(errors.open("w")) if errors else None
        yield at_end.enter_context(_process(command, os.environ | environment, stderr))


@contextlib.contextmanager
def fake_ai(seconds: float) -> Iterator[FakeAi]:
    """The fake AI on a free port, its answers taking `seconds`; ended on leaving."""
    command = ["local.fake_ai", "--seconds", str(seconds)]
    with _process(command) as started, httpx.Client(trust_env=False) as http:
        yield FakeAi(started.url, http)


@contextlib.contextmanager
def _process(
    command: list[str], environment: Mapping[str, str] | None = None, stderr: IO[str] | None = None
) -> Iterator[Running]:
    """`python -m <command>`, which prints its address first."""
    process = subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-m", *command], env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        address = re.search(r"http://(localhost|127\.0\.0\.1):\d+", line)
        if address is None:
            raise RuntimeError(f"{command[0]} did not start; it ended with {process.wait(_STOP_S)}")
        yield Running(address[0], process)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
