"""Start everything in the right order, keep it fresh while the code changes, and end it without a trace."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import uvicorn
import yaml
from starlette.types import ASGIApp, Receive, Scope, Send
from watchfiles import awatch

from local import ai_settings, fake_ai, runtime_api, store, template
from local.gateway import Gateway, hosts
from local.issuer import ISSUER, Issuer
from local.problem import Problem
from local.workers import MAX_WORKERS, Pool

_HOST = "127.0.0.1"
_REAP_EVERY_S = 10
_LOCK_WAIT_S = 1  # a stack that was killed takes its store along within milliseconds
_GOODBYE_S = 1  # for clients that do not take the rest of their answer
_KEEP_ALIVE_S = 75  # longer than any door works, so that none finds its connection to the Runtime API closed


@dataclass(frozen=True)
class Options:
    """`port`: 0 for any free one. `site`: the built site. `template`: its folder holds functions/ and layers/.

    `fake_ai`: whether to start one and let the doors take it for the providers.
    """

    port: int
    data: Path
    site: Path
    template: Path
    fake_ai: bool


async def run(options: Options) -> int | None:
    """Run the stack until SIGTERM, SIGINT or SIGHUP, then return None; when the template changes, return the port to
    start again on. Raises `Problem`."""
    stop = _stop_signal()
    async with contextlib.AsyncExitStack() as running:
        lock = running.enter_context(_locked(options.data))
        public = running.enter_context(bound(options.port))
        port: int = public.getsockname()[1]
        plan = template.read(options.template)
        issuer = Issuer.load(options.data)
        database = await running.enter_async_context(store.running(options.data / "store", lock))
        await asyncio.to_thread(store.create_table, database.endpoint, plan.table)
        settings = _settings(port, database.endpoint, issuer)
        if options.fake_ai:
            ai = await running.enter_async_context(_faking())
        else:
            ai = ai_settings.read(os.environ, options.template.parent / ".env")
        served = [function for function in plan.functions if function.served]
        sockets = [running.enter_context(bound(0)) for _ in range(MAX_WORKERS * len(served))]
        ports = iter([own.getsockname()[1] for own in sockets])
        pools = [
            Pool(function, [next(ports) for _ in range(MAX_WORKERS)], settings | ai_settings.meant_for(function, ai))
            for function in served
        ]
        gateway = Gateway(port, pools, issuer, options.site)
        await running.enter_async_context(serving(_app(port, gateway, pools), [public, *sockets]))
        running.push_async_callback(_close, pools)
        for pool in pools:
            pool.start()
        print(f"Listo: http://localhost:{port}  ·  Ready", flush=True)
        return port if await _tend(pools, options.template, stop) else None


@contextlib.asynccontextmanager
async def _faking() -> AsyncIterator[dict[str, str]]:
    """The settings of a fake AI that is served meanwhile."""
    with bound(0) as own:
        async with serving(fake_ai.app(), [own], fake_ai.Protocol):
            url = f"http://{_HOST}:{own.getsockname()[1]}"
            _say(f"IA de mentira · fake AI: {url}/control")
            yield fake_ai.environment(url)


async def _tend(pools: list[Pool], plan: Path, stop: asyncio.Event) -> bool:
    """Reload code as it changes and end idle workers, until told to stop; True when the template has changed."""
    reaper = asyncio.create_task(_reap(pools))
    watched = [path for path in (plan.parent / "functions", plan.parent / "layers", plan) if path.exists()]
    try:
        async for changes in awatch(*watched, stop_event=stop, debounce=200, step=50):
            if any(Path(path) == plan for _, path in changes):
                if _readable(plan):
                    return True
                continue
            _say("código cambiado, se recarga · code changed, reloading")
            for pool in pools:
                pool.reload()
    finally:
        reaper.cancel()
    return False


async def _close(pools: list[Pool]) -> None:
    await asyncio.gather(*(pool.close() for pool in pools))


async def _reap(pools: list[Pool]) -> None:
    while True:
        await asyncio.sleep(_REAP_EVERY_S)
        for pool in pools:
            pool.reap(asyncio.get_running_loop().time())


def _readable(plan: Path) -> bool:
    """Whether the template can be started from; one that is half written is not worth ending for."""
    try:
        template.read(plan)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as exc:
        _say(f"{plan.name}: {type(exc).__name__}: {exc}")
        return False
    return True


def _settings(port: int, endpoint: str, issuer: Issuer) -> dict[str, str]:
    """What every door's environment has on a laptop, over the template's own values."""
    return {
        "AWS_REGION": store.REGION,
        "AWS_DEFAULT_REGION": store.REGION,
        "AWS_ACCESS_KEY_ID": store.ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": store.ACCESS_KEY,
        "AWS_ENDPOINT_URL": endpoint,
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), _HOST])),
        "TABLE_NAME": template.TABLE_NAME,
        "CHATSIM_LOCAL": "1",
        "ALLOW_LIVE": "true",
        # A terminal is for people: warnings and errors, no metrics, unless somebody asks for them.
        "POWERTOOLS_LOG_LEVEL": os.environ.get("POWERTOOLS_LOG_LEVEL", "WARNING"),
        "POWERTOOLS_METRICS_DISABLED": os.environ.get("POWERTOOLS_METRICS_DISABLED", "true"),
        "AUTH_ISSUER": ISSUER,
        "AUTH_PUBLIC_KEY": issuer.public_pem,
        "ALLOWED_ORIGINS": ",".join(sorted(f"http://{host}" for host in hosts(port))),
    }


def _app(public_port: int, gateway: Gateway, pools: list[Pool]) -> ASGIApp:
    """The gateway on its port, the Runtime API on all others."""
    runtime = runtime_app(pools)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        chosen: ASGIApp = gateway if scope["server"][1] == public_port else runtime
        await chosen(scope, receive, send)

    return app


def runtime_app(pools: list[Pool]) -> ASGIApp:
    """The Runtime API for the environments of `pools`."""
    owners = {port: pool for pool in pools for port in pool.ports}
    return runtime_api.app(lambda port: owners[port].workers.get(port))


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: how the stack ends is ours to order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(
    app: ASGIApp, sockets: list[socket.socket], http: type[asyncio.Protocol] | Literal["auto"] = "auto"
) -> AsyncIterator[None]:
    """Serve `app` on bound `sockets` meanwhile, speaking `http`."""
    # The gateway cuts a stream on purpose by leaving it without its end; uvicorn would call that an error.
    logging.getLogger("uvicorn.error").addFilter(lambda record: "without completing" not in record.getMessage())
    server = _Server(
        uvicorn.Config(
            app,
            http=http,
            lifespan="off",
            ws="none",
            access_log=False,
            server_header=False,
            log_level="warning",
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GOODBYE_S,
        )
    )
    task = asyncio.create_task(server.serve(sockets))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@contextlib.contextmanager
def _locked(data: Path) -> Iterator[int]:
    """The data folder for ourselves alone. Raises `Problem` when another stack has it."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    give_up_s = time.monotonic() + _LOCK_WAIT_S
    with (data / "lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up_s:
                    raise Problem(
                        f"Otro make dev está usando la carpeta {data}.", f"Another make dev is using the folder {data}."
                    ) from None
                time.sleep(0.05)
        yield file.fileno()


@contextlib.contextmanager
def bound(port: int) -> Iterator[socket.socket]:
    """A socket bound to `port`, 0 for any free one. Raises `Problem` when it is taken."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on: 44 ms an answer in place of 1.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            own.bind((_HOST, port))
        except OSError as exc:
            if exc.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise Problem(
                f"El puerto {port} está ocupado. Prueba con otro: make dev PORT=8001",
                f"Port {port} is taken. Try another one: make dev PORT=8001",
            ) from None
        yield own


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
