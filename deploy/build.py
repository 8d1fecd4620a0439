"""Package everything for AWS: `python -m deploy.build [--host]`.

`sam build` lays out the functions and layers. Then Python's bytecode goes in: the builder drops it, Lambda's disk takes
none, and compiling again costs up to half of every cold start.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.problem import Problem

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / ".aws-sam" / "build"
SAM = ROOT / ".cache" / "sam" / "bin" / "sam"
LAMBDA_PYTHON = "3.13"
# Where pyenv and uv keep the Pythons they install.
MANAGED = (f".pyenv/versions/{LAMBDA_PYTHON}*", f".local/share/uv/python/cpython-{LAMBDA_PYTHON}*")


def build(*, for_host: bool) -> None:
    """Everything into .aws-sam/build, for Lambda or for this machine and its Python. Raises Problem."""
    shutil.rmtree(BUILT, ignore_errors=True)
    environment = {
        **os.environ,
        "PIP": f"{sys.executable} -m pip",
        "PIP_CONSTRAINT": str(ROOT / "requirements" / "local.txt"),
        "SAM_CLI_TELEMETRY": "0",
        **({"WHEELS": "--only-binary=:all:"} if for_host else {}),
    }
    done = subprocess.run(
        [SAM, "build", "--parallel"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Problem(f"sam build ha fallado:\n{done.stderr[-3000:]}", "sam build failed, see above.")
    for cache in [*BUILT.rglob("__pycache__")]:
        shutil.rmtree(cache)
    _compile(sys.executable if for_host else lambda_python())
    for folder in _folders():
        print(f"  {folder.name:16}{_size(folder) / 1e6:6.1f} MB")


def lambda_python() -> str | None:
    """A Python whose bytecode Lambda reads: the minor version must be its own."""
    kept = [path for folder in MANAGED for path in Path.home().glob(f"{folder}/bin/python{LAMBDA_PYTHON}")]
    named = [sys.executable, f"python{LAMBDA_PYTHON}", "python3", *map(str, kept)]
    return next((found for name in named if (found := shutil.which(name)) and _version(found) == LAMBDA_PYTHON), None)


def _version(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _compile(python: str | None) -> None:
    if python is None:
        print(
            f"Aviso: sin Python {LAMBDA_PYTHON} no hay bytecode y cada arranque en frío tardará más.\n"
            f"Warning: without a Python {LAMBDA_PYTHON} there is no bytecode, and cold starts take longer.",
            file=sys.stderr,
        )
        return
    for folder in _folders():
        # Unchecked: what is deployed never changes, and a file's time on Lambda is not the one it was compiled at.
        options = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
        place = "/opt" if (folder / "python").is_dir() else "/var/task"  # where Lambda has it, for tracebacks
        subprocess.run([python, "-m", "compileall", *options, "-s", folder, "-p", place, folder], check=True)


def _folders() -> list[Path]:
    """One a function or layer."""
    return sorted(path for path in BUILT.iterdir() if path.is_dir())


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.build", description="Package everything for AWS.")
    parser.add_argument("--host", action="store_true", help="for this machine and its Python, as an emulator needs it")
    try:
        build(for_host=parser.parse_args().host)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
