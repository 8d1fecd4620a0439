"""A whole deployment, by the documented commands, to an AWS that is emulated on this machine (ministack).

Its gaps, which the tests go round and the template is not bent for: its CloudFront reaches no HTTP API and signs
nothing for a function URL; a function's start script is ignored; functions run with this machine's Python. So the API
is asked through Lambda, and the stream door's artefact runs by itself (test_artefacts.py). Its CloudFormation knows no
budgets, so it is given a name for one (aws.py).
"""

import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.rie.conftest import door_env, emulator, free_ports, rie

__all__ = ["door_env", "emulator", "rie"]  # fixtures

MINISTACK = [ROOT / ".cache" / "emulator" / "bin" / "python", Path(__file__).with_name("aws.py")]
# What a checkout needs besides its files, made by `make setup` already.
MADE = (".venv", ".cache", "local/node_modules", "frontend/node_modules", "frontend/dist", "frontend/public/samples")


@contextmanager
def emulated_aws(folder: Path, **more: str) -> Iterator[dict[str, str]]:
    """An empty account; the environment that leads there, `more` being for its functions."""
    (port,) = free_ports(1)
    account = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**own, **more, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "TMPDIR": str(folder)}
    with (folder / "aws.log").open("w") as log:
        process = subprocess.Popen(
            MINISTACK, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait(f"http://127.0.0.1:{port}/_ministack/health", process)
        yield {**account, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    until_s = time.monotonic() + 60
    while time.monotonic() < until_s and process.poll() is None:
        try:
            return urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
    pytest.fail("the emulated AWS did not start", pytrace=False)


def checkout(folder: Path) -> Path:
    """A copy of the repository in which files may be changed; what was made once is shared."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
            os.utime(folder / name, (0, 0))  # older than all that was made of it
    for name in MADE:
        (folder / name).symlink_to(ROOT / name)
    return folder
