"""AWS's Runtime Interface Emulator, and one function under it.

The emulator is the real Runtime API server, without the streaming front: it buffers a streamed answer for its caller
and returns the prelude, the eight NUL bytes and the body as one.
"""

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import chatsim_streaming
import pytest

from tests.conftest import CREDENTIALS

ROOT = Path(__file__).parents[2]
WHEEL = "aws-sam-cli==1.170.0"  # ships the emulator for both machine types
START = Path(chatsim_streaming.__file__).with_name("start")

Invoke = Callable[[object], bytes]
Rie = Callable[..., AbstractContextManager[Invoke]]


@pytest.fixture(scope="session")
def emulator() -> Path:
    """The emulator's program, fetched once into .cache/."""
    if sys.platform != "linux":
        pytest.fail("AWS's Lambda emulator runs on Linux only", pytrace=False)
    machine = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine().lower()]
    program = ROOT / ".cache" / WHEEL / f"aws-lambda-rie-{machine}"
    if not program.exists():
        fetch_emulator(program)
    return program


def fetch_emulator(program: Path) -> None:
    """Fails the test with pip's own words when the wheel cannot be had. Processes side by side may each fetch it."""
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", WHEEL]
        fetched = subprocess.run([*command, "--dest", folder], capture_output=True, text=True)
        if fetched.returncode:
            pytest.fail(
                f"{WHEEL}, which holds AWS's Lambda emulator, cannot be downloaded:\n{fetched.stderr}", pytrace=False
            )
        (wheel,) = Path(folder).glob("*.whl")
        unfinished = Path(folder) / program.name
        with zipfile.ZipFile(wheel) as archive:
            unfinished.write_bytes(archive.read(f"samcli/local/rapid/{program.name}"))
        unfinished.chmod(0o755)
        unfinished.rename(program)


@pytest.fixture
def rie(emulator: Path, tmp_path: Path) -> Rie:
    """`with rie(task_root, "app.handler", {"NAME": "value"}) as invoke: answer = invoke(event)`.

    Runs the wrapper `start` on the folder under the emulator, with `python` for Lambda's own. The answer is what the
    emulator's caller gets: the bytes of a stream, or the JSON of an error.
    """

    @contextmanager
    def run(
        task_root: Path, handler: str, env: dict[str, str], start: Path = START, python: str = sys.executable
    ) -> Iterator[Invoke]:
        front, runtime_api = free_ports(2)
        log = tmp_path / "rie.log"
        with log.open("w") as output:
            addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{front}"]
            addresses += ["--runtime-api-address", f"127.0.0.1:{runtime_api}"]
            process = subprocess.Popen(
                [emulator, *addresses, start, python, handler],
                env={**os.environ, "LAMBDA_TASK_ROOT": str(task_root), **env},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that the emulator and its function end together
            )
        try:
            wait_for(front, process, log)
            yield lambda event: invoke(front, event)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    return run


@pytest.fixture
def door_env(dynalite: str, table: str) -> dict[str, str]:
    return {**CREDENTIALS, "AWS_ENDPOINT_URL": dynalite, "TABLE_NAME": table, "ALLOW_LIVE": "false"}


def invoke(port: int, event: object) -> bytes:
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(event).encode()), timeout=20) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.read()


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until_s = time.monotonic() + 10
    while time.monotonic() < until_s and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
    pytest.fail(f"the emulator did not start:\n{log.read_text()}", pytrace=False)


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
