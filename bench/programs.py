"""What is measured beside each other, each as a process of its own: our built doors, their peers, and a bare loop.

All run on this Python with bytecode for everything and the same environment.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import yaml

from bench.callers import Answer, Caller, HttpClient, RuntimeApi
from local import template

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / ".aws-sam" / "build"
PEERS_NEED = ROOT / ".cache" / "bench" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
# Of the managed runtime: on Lambda these are there without being packaged.
RUNTIME = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py",
           "boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")  # fmt: skip


@dataclass(frozen=True)
class Program:
    """`caller` makes who asks it; `command` is run with that caller's address in it."""

    name: str
    caller: Callable[[], Caller]
    command: Callable[[Caller], list[str]]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Start:
    """A fresh process: ms from its start until the first line of data and the last byte, ms of processor, peak MB."""

    first_ms: float
    last_ms: float
    cpu_ms: float
    peak_mb: float


class Running:
    """A program that has been started."""

    def __init__(self, program: Program, errors: IO[bytes] | int) -> None:
        self._caller = program.caller()
        self._begun_s = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - ours
            program.command(self._caller),
            env={"PATH": os.environ["PATH"], **program.environment, **_address(self._caller)},
            pass_fds=[self._caller.listening.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )

    def ask(self) -> Answer:
        return self._caller.ask()

    def start(self, answer: Answer) -> Start:
        """What its first answer took."""
        first_ms, last_ms = ((at_s - self._begun_s) * 1000 for at_s in (answer.first_s, answer.last_s))
        return Start(first_ms, last_ms, self.cpu_ms(), self.peak_mb())

    def cpu_ms(self) -> float:
        """Of all its threads since they began."""
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6

    def peak_mb(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (kb,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
        return int(kb) / 1024

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._caller.close()


@contextmanager
def running(program: Program, errors: IO[bytes] | int = subprocess.DEVNULL) -> Iterator[Running]:
    """`program`, ended on leaving; `errors`: where its standard error goes."""
    started = Running(program, errors)
    try:
        yield started
    finally:
        started.end()


def _address(caller: Caller) -> dict[str, str]:
    return {"AWS_LAMBDA_RUNTIME_API": caller.address} if isinstance(caller, RuntimeApi) else {}


def imports(program: Program, most: int = 6, rounds: int = 5) -> dict[str, float]:
    """What takes longest to import until the first answer: ms by top-level package, each without what it imports.

    The least of some rounds: it stands for the code, and the others for the machine.
    """
    found = [_imports(program) for _ in range(rounds)]
    least = Counter({name: min(own[name] for own in found) for name in found[0]})
    return {name: own_us / 1000 for name, own_us in least.most_common(most)}


def _imports(program: Program) -> Counter[str]:
    """Microseconds by package."""
    profiled = replace(program, environment={**program.environment, "PYTHONPROFILEIMPORTTIME": "1"})
    found: Counter[str] = Counter()
    with tempfile.TemporaryFile() as said:
        with running(profiled, said) as started:
            started.ask()
        said.seek(0)
        for own_us, name in re.findall(rb"import time: +(\d+) \| +\d+ \| +([\w.]+)", said.read()):
            found[name.decode().partition(".")[0]] += int(own_us)
    return found


class Shelter:
    """Folders as they are on Lambda, and the programs in them; `settings` are the environment of all."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder, self._settings = folder, settings
        # One without any libraries, as on Lambda: what a machine has installed besides must not be found.
        venv.create(folder / "python")
        self.python = str(folder / "python" / "bin" / "python")
        self._doors = {door.name: door for door in template.read(ROOT / "template.yaml").functions}
        self._layers = _layers()
        self._runtime = folder / "runtime"
        self._runtime.mkdir()
        for found in PEERS_NEED.iterdir():
            if found.name.split(".")[0] in RUNTIME:
                (self._runtime / found.name).symlink_to(found)

    def stream_door(self, event: Mapping[str, Any]) -> Program:
        """By its start script, as Lambda's bootstrap calls it."""
        start = str(self._opt("ChatStream") / "chatsim_streaming" / "start")
        return self._program("ours", event, "ChatStream", [start, self.python])

    def door(self, name: str, event: Mapping[str, Any], **settings: str) -> Program:
        """On the managed runtime's own loop."""
        program = self._program(name, event, name, [self.python, "-P", "-m", "awslambdaric", "app.handler"])
        return replace(program, environment={**program.environment, **settings})

    def powertools(self, event: Mapping[str, Any]) -> Program:
        path = [ROOT, self._opt("Peers"), PEERS_NEED]
        command = [self.python, "-P", "-m", "awslambdaric", "bench.peers.powertools_app.handler"]
        return Program("powertools", lambda: RuntimeApi(event), lambda _: command, self._environment(path))

    def starlette(self, target: str, headers: Mapping[str, str], *speaks: str) -> Program:
        path = [ROOT, self._opt("Peers"), PEERS_NEED]
        return Program(
            "starlette",
            lambda: HttpClient(target, headers),
            lambda caller: [
                self.python,
                "-P",
                "-m",
                "bench.peers.starlette_app",
                str(caller.listening.fileno()),
                *speaks,
            ],
            self._environment(path),
        )

    def bare(self, event: Mapping[str, Any]) -> Program:
        command = [self.python, "-P", str(ROOT / "bench" / "peers" / "bare_loop.py")]
        return Program("bare", lambda: RuntimeApi(event), lambda _: command, self._environment([]))

    def _program(self, name: str, event: Mapping[str, Any], door: str, command: list[str]) -> Program:
        task, function = BUILT / door, self._doors[door]
        path = [task, self._opt(door), *([] if door == "ChatStream" else [self._runtime])]
        environment = self._environment([] if door == "ChatStream" else path)
        own = {"LAMBDA_TASK_ROOT": str(task), "_HANDLER": function.handler, "AWS_LAMBDA_FUNCTION_NAME": door}
        return Program(
            name, lambda: RuntimeApi(event), lambda _: command, {**function.environment, **environment, **own}
        )

    def _environment(self, path: list[Path]) -> dict[str, str]:
        return {**self._settings, "TABLE_NAME": template.TABLE_NAME, "PYTHONPATH": os.pathsep.join(map(str, path))}

    def _opt(self, door: str) -> Path:
        """What Lambda has in /opt/python: a function's layers, one over the other."""
        folder = self._folder / door / "opt" / "python"
        for layer in () if folder.exists() else self._layers[door]:
            shutil.copytree(BUILT / layer / "python", folder, dirs_exist_ok=True)
        return folder


def _layers() -> dict[str, list[str]]:
    """The layers of each built function; the peers have the product's engine alone."""
    resources = yaml.safe_load((BUILT / "template.yaml").read_text("utf-8"))["Resources"]
    found = {name: made["Properties"] for name, made in resources.items() if (BUILT / name / "app.py").exists()}
    return {name: [layer["Ref"] for layer in made["Layers"]] for name, made in found.items()} | {"Peers": ["CoreLayer"]}
