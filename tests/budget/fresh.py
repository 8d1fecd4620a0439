"""A process that has run nothing yet, with the environment the template and Lambda give a door."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from local import template

ROOT = Path(__file__).parents[2]
DOORS = {door.name: door for door in template.read(ROOT / "template.yaml").functions}
# Nobody answers at port 9: a read of the store fails at once.
LAMBDA = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}


def run(code: str, door: str = "ChatStream") -> tuple[Any, set[str]]:
    """What `code` left in `result`, and the top-level modules it loaded. `open_door()` imports the door there."""
    whole = f"""
import sys
before = {{name.partition(".")[0] for name in sys.modules}}
def open_door():
    import importlib.util
    spec = importlib.util.spec_from_file_location("app", {str(DOORS[door].folder / "app.py")!r})
    app = sys.modules["app"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(app)
    return app
result = None
{code}
import json
print(json.dumps([result, sorted({{name.partition(".")[0] for name in sys.modules}} - before)]))
"""
    env = {"PATH": os.environ["PATH"], **LAMBDA, **DOORS[door].environment}
    done = subprocess.run(
        [sys.executable, "-c", whole], env=env, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    result, loaded = json.loads(done.stdout.splitlines()[-1])
    return result, set(loaded)
