"""Execution environments: one process per request in progress, as on Lambda."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping, Sequence

from local import ai_settings
from local.runtime_api import Invocation
from local.template import Function

MAX_WORKERS = 10  # what a new AWS account gets in all; here per function
IDLE_S = 60  # an extra environment that waited this long has outlived its rush
INIT_S = 30  # Lambda gives 10 s; a laptop that compiles at the same time may need more
GRACE_S = 2  # between SIGTERM and SIGKILL

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Busy(Exception):
    """All environments of the function have work."""


class Worker:
    """One process: starting, then idle or busy, then ended."""

    def __init__(self, pool: Pool, port: int) -> None:
        self.port = port
        self.arn = f"arn:aws:lambda:us-east-1:000000000000:function:{pool.function.name}"
        self.timeout_s = pool.function.timeout_s
        self.invocation: Invocation | None = None
        self.ready = False
        self.ending = False
        self.outdated = False
        self.idle_since_s = 0.0
        self.task = asyncio.create_task(self._live())
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._inbox: asyncio.Queue[Invocation | None] = asyncio.Queue()
        self._process: asyncio.subprocess.Process | None = None
        self._timer = self._loop.call_later(INIT_S, self._kill, f"was not ready within {INIT_S} s")

    async def _live(self) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "chatsim_streaming",
                cwd=self._pool.function.folder,
                env=self._pool.environment(self.port),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sys.stderr,  # our own standard output is for the line with the address
                preexec_fn=_die_with_parent,
                start_new_session=True,  # Ctrl-C is for the stack, which then ends its workers in order
            )
        except OSError as exc:
            how = str(exc)
        else:
            if self.ending:
                self._signal(signal.SIGKILL)
            how = f"ended with code {await self._process.wait()}"
        self._timer.cancel()
        self._inbox.put_nowait(None)
        self._pool.ended(self, how)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def busy(self) -> bool:
        return self.invocation is not None and not self.invocation.answered

    async def next(self) -> Invocation | None:
        self._timer.cancel()
        if self.invocation:
            self.invocation.fail("no answer was given")
        self.invocation = None
        self.ready = True
        if self.outdated:
            self.end()
        if not self.ending:
            self._pool.welcome(self)
        return await self._inbox.get()

    def give(self, invocation: Invocation) -> None:
        """Hand over work; it must be done within the function's timeout."""
        self.invocation = invocation
        self._timer = self._loop.call_later(self.timeout_s, self._kill, f"timed out after {self.timeout_s:g} s")
        self._inbox.put_nowait(invocation)

    def init_failed(self, why: str) -> None:
        self._pool.init_failed(why)
        self.end()

    def end(self) -> None:
        """Ask the process to end, and make it end if it does not."""
        if not self.ending:
            self.ending = True
            self._signal(signal.SIGTERM)
            self._loop.call_later(GRACE_S, self._signal, signal.SIGKILL)

    def _kill(self, why: str) -> None:
        self._pool.say(why)
        if self.invocation:
            self.invocation.fail(why)
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)


class Pool:
    """The environments of one function: one kept warm, more while they are needed."""

    def __init__(self, function: Function, ports: Sequence[int], settings: Mapping[str, str]) -> None:
        self.function = function
        self.workers: dict[int, Worker] = {}
        self.ports = tuple(ports)
        self._free_ports = list(ports)
        self._settings = settings
        self._idle: list[Worker] = []
        self._waiting: deque[Invocation] = deque()
        self._closing = False
        self._last_complaint = ""

    def start(self) -> None:
        """Warm one environment."""
        self._start_worker()

    def invoke(self, event: bytes, request_id: str | None = None) -> Invocation:
        """Hand `event` (JSON) to an environment, a new one when none is idle. Raises `Busy`."""
        busy = sum(worker.busy and not worker.ending for worker in self.workers.values())
        if self._closing or (busy + len(self._waiting) >= MAX_WORKERS and not self._take_back()):
            raise Busy
        invocation = Invocation(event, request_id)
        self._waiting.append(invocation)
        self._dispatch()
        return invocation

    def reload(self) -> None:
        """The code has changed: idle environments end now, busy ones when they are done."""
        self._last_complaint = ""
        for worker in list(self.workers.values()):
            if worker.invocation:
                worker.outdated = True
            else:
                self._retire(worker)
        self._start_worker()

    def reap(self, now_s: float) -> None:
        """End environments that have been idle for long, all but one. `now_s`: the event loop's clock."""
        for worker in self._idle[:-1]:
            if now_s - worker.idle_since_s >= IDLE_S:
                self._retire(worker)

    async def close(self) -> None:
        """End every environment, and wait until each has ended."""
        self._closing = True
        for worker in self.workers.values():
            worker.end()
        await asyncio.gather(*(worker.task for worker in self.workers.values()))

    # ── what workers tell ──────────────────────────────────────────────────────────────────────────────────────────

    def welcome(self, worker: Worker) -> None:
        """`worker` is ready for work."""
        worker.idle_since_s = asyncio.get_running_loop().time()
        self._last_complaint = ""
        self._idle.append(worker)
        self._dispatch()

    def init_failed(self, why: str) -> None:
        """A start failed. Who waits is told so; the next request or change of the code tries again."""
        if why != self._last_complaint:
            self.say(f"could not start: {why}")
        self._last_complaint = why
        while self._waiting:
            self._waiting.popleft().fail("the function could not start")

    def ended(self, worker: Worker, how: str) -> None:
        del self.workers[worker.port]
        self._free_ports.append(worker.port)
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.busy and worker.invocation:
            self.say(how)
            worker.invocation.fail(how)
        if self._closing:
            return
        if not worker.ready and not worker.ending:
            self.init_failed(how)
        elif worker.ready and not self.workers:
            self._start_worker()
        self._dispatch()

    def say(self, what: str) -> None:
        print(f"{self.function.name}: {what}", file=sys.stderr, flush=True)

    # ── within ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _dispatch(self) -> None:
        while self._waiting and self._idle:
            self._idle.pop().give(self._waiting.popleft())
        # One that has just answered is back within a millisecond, and much cheaper to wait for than to add to.
        coming = sum(not (worker.busy or worker.outdated or worker.ending) for worker in self.workers.values())
        for _ in range(len(self._waiting) - coming):
            self._start_worker()

    def _take_back(self) -> bool:
        """End an environment that streams to a client who has left, if there is one; a stream only reads."""
        for worker in self.workers.values():
            work = worker.invocation
            if work and work.streaming and work.abandoned and not (work.answered or worker.ending):
                worker.end()
                return True
        return False

    def _start_worker(self) -> None:
        if self._free_ports:
            port = self._free_ports.pop(0)
            self.workers[port] = Worker(self, port)

    def _retire(self, worker: Worker) -> None:
        if worker in self._idle:
            self._idle.remove(worker)
        worker.end()

    def environment(self, port: int) -> dict[str, str]:
        """A worker's environment. The machine's own AWS settings stay out, so that no real account is ever touched,
        and so do its AI keys, which are for one function only."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not (name.startswith("AWS_") or ai_settings.concerns(name))
        }
        return {
            **inherited,
            **self.function.environment,
            **self._settings,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
            "AWS_LAMBDA_FUNCTION_NAME": self.function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.function.memory_mb),
            "LAMBDA_TASK_ROOT": str(self.function.folder),
            "_HANDLER": self.function.handler,
        }


def _die_with_parent() -> None:
    """In the child, before it runs: end when the stack ends, even if that was by kill -9 (Linux).

    Elsewhere a worker ends when its next call to the Runtime API finds nobody.
    """
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
