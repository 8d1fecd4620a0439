"""What `make build` makes: complete, light, with bytecode for Lambda's Python, and working without the repository."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

import httpx
import pytest
import yaml

from deploy import build
from local import launch
from tests import sse
from tests.budget.fresh import DOORS, LAMBDA
from tests.conftest import ROOT
from tests.deploy.conftest import checkout
from tests.functional.conftest import User
from tests.rie.conftest import Invoke, Rie
from tests.rie.test_door import test_a_ticket_brings_the_lines_of_its_show, test_nobody_gets_an_empty_body

__all__ = ["test_a_ticket_brings_the_lines_of_its_show", "test_nobody_gets_an_empty_body"]

pytestmark = pytest.mark.soak

MAGIC_313 = b"\xf3\x0d\x0d\x0a"
"""Of Python 3.13's bytecode, from its own `importlib.util.MAGIC_NUMBER`."""
UNCHECKED = 1
"""The flags of a .pyc that is used without a look at its source (PEP 552)."""
AARCH64 = 0xB7
"""The machine in an ELF header."""
LIMITS_MB = {"ChatStream": 2, "Api": 45, "Generate": 70, "Prewarm": 70}
"""Unzipped, with its layers; the stream door without `auth`, which only session tokens load."""


class Built:
    """The folder that `make build` made; `layers(door)`: the folders a door's layers unpack to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        template = yaml.safe_load((folder / "template.yaml").read_text())
        self.doors = {name: found["Properties"] for name, found in template["Resources"].items() if name in DOORS}

    def layers(self, door: str) -> list[Path]:
        return [self.folder / layer["Ref"] / "python" for layer in self.doors[door]["Layers"]]


def make_build(folder: Path, *arguments: str) -> Built:
    command = ["make", "build", *arguments]
    done = subprocess.run(command, cwd=checkout(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Built(folder / ".aws-sam" / "build")


@pytest.fixture(scope="module")
def for_lambda(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return make_build(tmp_path_factory.mktemp("lambda"))


@pytest.fixture(scope="module")
def for_host(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return make_build(tmp_path_factory.mktemp("host"), "HOST=1")


def test_the_template_is_sound() -> None:
    """By SAM's own validation and by cfn-lint, which have nothing to say."""
    tools, quiet = ROOT / ".cache" / "sam" / "bin", {**os.environ, "SAM_CLI_TELEMETRY": "0"}
    for command in (["sam", "validate", "--lint", "--region", "us-east-1"], ["cfn-lint", "template.yaml"]):
        whole = [tools / command[0], *command[1:]]
        done = subprocess.run(whole, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
        assert (done.returncode, "[W" in done.stdout + done.stderr) == (0, False), done.stdout + done.stderr


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_everything_is_light(for_lambda: Built) -> None:
    for door, limit_mb in LIMITS_MB.items():
        layers = {layer.parent.name: size(layer) for layer in for_lambda.layers(door)}
        if door == "ChatStream":
            del layers["AuthLayer"]
        assert size(for_lambda.folder / door) + sum(layers.values()) < limit_mb * 1e6, door


def test_what_is_compiled_is_for_lambdas_processor(for_lambda: Built) -> None:
    libraries = list(for_lambda.folder.rglob("*.so"))
    assert len(libraries) >= 3
    for library in libraries:
        with library.open("rb") as file:
            header = file.read(20)
        assert int.from_bytes(header[18:20], "little") == AARCH64, library.name


def test_the_bytecode_is_lambdas_own_and_needs_no_look_at_the_source(for_lambda: Built) -> None:
    compiled = list(for_lambda.folder.rglob("*.pyc"))
    if build.lambda_python() is None:
        assert not compiled, "bytecode of another Python is of no use"
        return
    assert {path.read_bytes()[:4] for path in compiled} == {MAGIC_313}
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled} == {UNCHECKED}
    assert len(compiled) == len(list(for_lambda.folder.rglob("*.py"))) > 500


def test_nothing_else_is_in_it(for_lambda: Built) -> None:
    """A door is its one file; a layer is its package and what its requirements.txt names."""
    for door in DOORS:
        assert {path.name for path in (for_lambda.folder / door).iterdir()} - {"__pycache__"} == {"app.py"}
    tops = {path.name for layer in for_lambda.folder.glob("*Layer") for path in (layer / "python").iterdir()}
    unneeded = {"boto3", "botocore", "h2", "hpack", "hyperframe"}
    assert not tops & {*unneeded, "local", "tests", "requirements.txt", "Makefile"}


@pytest.fixture(scope="module")
def unpacked(for_host: Built, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """unpacked(door) → what Lambda has in /opt/python for it: its layers, one over the other."""

    @cache
    def opt(door: str) -> Path:
        folder = tmp_path_factory.mktemp(door)
        for layer in for_host.layers(door):
            shutil.copytree(layer, folder, dirs_exist_ok=True)
        return folder

    return opt


@pytest.mark.parametrize("name", DOORS)
def test_a_door_opens_in_a_clean_process_with_no_repository(
    for_host: Built, unpacked: Callable[[str], Path], name: str
) -> None:
    code = "import app, sys; print(*(getattr(module, '__file__', '') for module in sys.modules.values()))"
    own = [for_host.folder / name, unpacked(name)]
    environment = {**LAMBDA, **DOORS[name].environment, "PYTHONPATH": os.pathsep.join(map(str, own))}
    command = [sys.executable, "-S", "-P", "-c", code]
    done = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(unpacked(name)) in done.stdout
    assert str(ROOT) not in done.stdout


# ── The stream door's artefact under AWS's own Runtime API server: the tests of its source, and no other path ──


@pytest.fixture
def door(
    rie: Rie, door_env: dict[str, str], for_host: Built, unpacked: Callable[[str], Path], tmp_path: Path
) -> AbstractContextManager[Invoke]:
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    start = unpacked("ChatStream") / "chatsim_streaming" / "start"
    return rie(for_host.folder / "ChatStream", "app.handler", door_env, start=start, python=str(bare))


# ── All of them behind the local gateway ──


def test_the_artefacts_play_a_show_behind_the_local_gateway(
    for_host: Built, unpacked: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(ROOT / "template.yaml", tmp_path)
    (tmp_path / "functions").mkdir()
    for name, door in DOORS.items():
        (tmp_path / "functions" / door.folder.name).symlink_to(for_host.folder / name)
    everything = tmp_path / "opt"
    for name in DOORS:
        shutil.copytree(unpacked(name), everything, dirs_exist_ok=True)
    monkeypatch.setenv("PYTHONPATH", str(everything))
    with (
        launch.running(tmp_path / "data", "--template", str(tmp_path / "template.yaml")) as stack,
        httpx.Client(trust_env=False, timeout=60) as http,
    ):
        user = User(stack.url, "ana", http).sign_in()
        added = user.ask("POST", "/api/generate-phrases", {"gameName": "Minecraft"})
        lines = sse.lines(user.read(user.play("Minecraft")["ticket"]))
    assert added.json()["source"] == "builtin"
    assert len(lines) >= 4
