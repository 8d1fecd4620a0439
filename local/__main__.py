"""Run the whole product on this machine: `python -m local [--port 8000] [--data .data] [--site frontend/dist]
[--template template.yaml] [--fake-ai]`."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from local.problem import Problem
from local.stack import Options, run

_ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description="The whole product on one machine.")
    parser.add_argument("--port", type=int, default=8000, help="0 for any free one (default: 8000)")
    parser.add_argument("--data", type=Path, default=_ROOT / ".data", help="folder for what must outlive a restart")
    parser.add_argument("--site", type=Path, default=_ROOT / "frontend" / "dist", help="folder of the built site")
    parser.add_argument("--template", type=Path, default=_ROOT / "template.yaml", help="what to run")
    parser.add_argument("--fake-ai", action="store_true", help="let an AI that is none write the packs")
    given = parser.parse_args()
    folders = (given.data.resolve(), given.site.resolve(), given.template.resolve())
    options = Options(given.port, *folders, given.fake_ai)
    try:
        restart_port = asyncio.run(run(options))
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    if restart_port is not None:
        # The template has changed: the same process, address and terminal with everything else new.
        again = [sys.executable, "-m", "local", *sys.argv[1:], "--port", str(restart_port)]
        os.execv(sys.executable, again)  # noqa: S606 - our own arguments
    return 0


if __name__ == "__main__":
    sys.exit(main())
