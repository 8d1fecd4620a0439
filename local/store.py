"""The embedded DynamoDB emulator: dynalite, which keeps every write in LevelDB under the data folder.

A write that was answered is still there after kill -9 of the emulator or of the whole stack.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.problem import Problem

_HERE = Path(__file__).parent

REGION = "us-east-1"
ACCESS_KEY = "local"  # dynalite wants requests signed, by whomever


class Store:
    """The emulator as a process of its own, started again on the same port should it end."""

    def __init__(self, folder: Path, lock: int, node_flags: tuple[str, ...] = ()) -> None:
        """`lock`: an open file the emulator keeps open as well, so that it is locked while either of us lives."""
        self._folder = folder
        self._lock = lock
        self._node_flags = node_flags
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Returns once it listens. Raises `Problem`."""
        node = shutil.which("node")
        if node is None or not (_HERE / "node_modules").is_dir():
            raise Problem(
                "Falta la base de datos local: instala Node.js 20 o superior y ejecuta make dev.",
                "The local database is missing: install Node.js 20 or newer and run make dev.",
            )
        self._process = await asyncio.create_subprocess_exec(
            node,
            *self._node_flags,
            str(_HERE / "dynalite.mjs"),
            str(self._folder),
            str(self.port),
            stdin=asyncio.subprocess.PIPE,  # its closing, by whatever end of ours, ends the emulator
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[self._lock],
            start_new_session=True,
        )
        said = self._process.stdout
        line = await said.readline() if said else b""
        if not line:
            raise Problem("La base de datos local no arranca.", "The local database does not start.")
        self.port = int(line)

    async def keep(self) -> None:
        """Start it again whenever it ends."""
        while self._process:
            await self._process.wait()
            _say("ended unexpectedly")
            await asyncio.sleep(0.2)  # one that cannot start shall not spin
            with contextlib.suppress(Problem):
                await self.start()
                _say("running again")

    async def close(self) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()


@contextlib.asynccontextmanager
async def running(folder: Path, lock: int, node_flags: tuple[str, ...] = ()) -> AsyncIterator[Store]:
    """A store that is kept running meanwhile. Raises `Problem`."""
    store = Store(folder, lock, node_flags)
    await store.start()
    keeper = asyncio.create_task(store.keep())
    try:
        yield store
    finally:
        keeper.cancel()
        await store.close()


def _say(what: str) -> None:
    print(f"store: {what}", file=sys.stderr, flush=True)


def create_table(endpoint: str, table: Mapping[str, Any]) -> None:
    """Make the table when it is missing. `table`: arguments of CreateTable."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=ACCESS_KEY,
        config=Config(proxies={}, connect_timeout=2, read_timeout=10),
    )
    with contextlib.suppress(client.exceptions.ResourceInUseException):
        client.create_table(**table)
