"""What each part may import: light where a cold start pays for it, and one way everywhere. Asked in fresh processes."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.budget.fresh import ROOT, run
from tests.budget.template import DOCUMENT, doors

HEAVY = {"boto3", "botocore", "aws_lambda_powertools", "pydantic", "groq", "cerebras", "httpx", "requests", "urllib3"}
SESSION_ONLY = {"jwt", "cryptography"}
# Records are NamedTuples: these would be a fifth of the stream door's cold start.
SLOW_RECORDS = {"dataclasses", "inspect"}
# The mail parser, with which the standard library's HTTP client reads headers: 4 ms of 66.
SLOW_HTTP = {"email"}

# Which of our packages each layer may import besides its own.
LAYERS = {
    "core": {"chatsim"},
    "streaming": {"chatsim_streaming", "chatsim"},
    "auth": {"chatsim_auth", "chatsim"},
    "web": {"chatsim_web", "chatsim_auth", "chatsim"},
    "ai": {"chatsim_ai", "chatsim"},
}
PACKAGES = {
    "CoreLayer": "chatsim",
    "StreamingLayer": "chatsim_streaming",
    "AuthLayer": "chatsim_auth",
    "WebLayer": "chatsim_web",
    "AiLayer": "chatsim_ai",
}
OURS = {*PACKAGES.values(), "functions", "local", "tests", "app"}

# Asks the stream door, without a network.
ASK = """
app = open_door()
class context: aws_request_id = "r"
def ask(**headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.handler({"requestContext": {"http": {"method": "GET"}}, "headers": headers}, context)
    b"".join(answer.body)
    return answer.status
"""


@pytest.mark.parametrize("door", doors())
def test_no_door_loads_boto3(door):
    """Powertools looks whether there is a botocore, and no further: what that needs to work is not loaded."""
    _, names = run("open_door()", door)
    assert "chatsim" in names
    assert not names & {"boto3", "urllib3"}


@pytest.mark.parametrize("door", ["Api", "Generate"])
def test_what_a_door_loads_is_never_looked_at_for_garbage(door):
    found, _ = run(
        "import gc\nopen_door()\nresult = [gc.isenabled(), gc.get_freeze_count(), len(gc.get_objects())]", door
    )
    enabled, kept, others = found
    assert enabled
    assert kept > 20 * others


def test_the_stream_door_starts_light():
    _, names = run("open_door()")
    assert "chatsim" in names
    assert not names & (HEAVY | SESSION_ONLY | SLOW_RECORDS | SLOW_HTTP)


def test_a_ticket_costs_the_stream_door_nothing_more():
    ticket = f"k1.e30.{'A' * 43}"
    status, names = run(f"{ASK}\nresult = ask(x_ticket={ticket!r})")
    assert status == 503  # it asked the store for the key
    assert not names & (HEAVY | SESSION_ONLY | SLOW_RECORDS | SLOW_HTTP)


def test_only_a_session_token_loads_jwt():
    status, names = run(f"{ASK}\nresult = ask()")
    assert status == 401
    assert not names & HEAVY
    status, names = run(f"{ASK}\nresult = ask(x_auth_token='e30.e30.AAAA')")
    assert status in (401, 503)
    assert "jwt" in names
    assert not names & HEAVY


@pytest.mark.parametrize(("package", "besides"), [("chatsim", set()), ("chatsim_streaming", {"chatsim"})])
def test_the_standard_library_is_enough(package, besides):
    """Every module of the package, the loop's `__main__` aside, which runs."""
    count, names = run(f"""
import importlib, pkgutil, {package}
found = [m.name for m in pkgutil.walk_packages({package}.__path__, "{package}.") if not m.name.endswith("__main__")]
for name in found:
    importlib.import_module(name)
result = len(found)
""")
    assert count > 0
    assert names - sys.stdlib_module_names - besides == {package}


def test_the_core_needs_no_package():
    assert not (ROOT / "layers" / "core" / "requirements.txt").exists()
    assert not (ROOT / "layers" / "streaming" / "requirements.txt").exists()


@cache
def imports(path: Path) -> set[str]:
    """Top-level names a file imports anywhere, in functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add((node.module or "").partition(".")[0])
    return found


def sources(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*.py") if "node_modules" not in path.parts)
    assert found, folder
    return found


def test_every_layer_is_looked_at():
    assert {path.name for path in (ROOT / "layers").iterdir() if path.is_dir()} == LAYERS.keys()


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_point_one_way(layer):
    for path in sources(ROOT / "layers" / layer):
        assert imports(path) & OURS <= LAYERS[layer], path


@pytest.mark.parametrize("layer", ["core", "streaming"])
def test_no_file_of_the_light_layers_names_a_package(layer):
    for path in sources(ROOT / "layers" / layer):
        assert imports(path) - sys.stdlib_module_names <= LAYERS[layer], path


def test_doors_are_the_functions_of_the_template():
    assert {path.name for path in (ROOT / "functions").iterdir() if (path / "app.py").exists()} == {
        door["CodeUri"].strip("/").rpartition("/")[2] for door in doors().values()
    }


@pytest.mark.parametrize("door", doors())
def test_a_door_imports_its_layers_only_and_no_other_door(door):
    properties = DOCUMENT["Resources"][door]["Properties"]
    layers = {PACKAGES[layer] for layer in properties["Layers"]}
    for path in sources(ROOT / properties["CodeUri"]):
        assert imports(path) & OURS <= layers, path
    for layer in layers:  # and these bring along what they import themselves
        for path in sources(ROOT / "layers" / layer.removeprefix("chatsim_").replace("chatsim", "core")):
            assert imports(path) & set(PACKAGES.values()) <= layers, path


def test_nothing_deployed_knows_the_tests():
    for folder in ("layers", "functions", "local"):
        for path in sources(ROOT / folder):
            assert "tests" not in imports(path), path
