"""Start the stack as a process of its own and learn its address: for tests and measurements."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_STOP_S = 10


@dataclass(frozen=True)
class Running:
    """`url`: the origin it answers on, without a slash at the end."""

    url: str
    process: subprocess.Popen[str]


@contextlib.contextmanager
def running(data: Path, *arguments: str, errors: Path | None = None) -> Iterator[Running]:
    """The stack on a free port with its data in `data`; ended on leaving. `errors`: file for its standard error."""
    command = [sys.executable, "-m", "local", "--port", "0", "--data", str(data), *arguments]
    with contextlib.ExitStack() as at_end:
        stderr = at_end.enter_context(errors.open("w")) if errors else None
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)  # noqa: S603 - ours
        at_end.callback(_stop, process)
        line = process.stdout.readline() if process.stdout else ""
        address = re.search(r"http://localhost:\d+", line)
        if address is None:
            raise RuntimeError(f"the local stack did not start; it ended with {process.wait(_STOP_S)}")
        yield Running(address[0], process)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
