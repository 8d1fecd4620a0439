"""A show without a stack, as JSON lines: `python -m local.simulate --game "Elden Ring" --n 2000`.

Each line is `{"t_seconds", "user", "text"}`, seconds since the show's start, base lines only.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import islice

from chatsim import builtin, messages, pace
from chatsim.errors import ApiError, InvalidRequest
from chatsim.names import LANGS, MODES, Lang, Mode
from chatsim.pace import DEFAULT_VIEWERS, VIEWERS, Pace
from chatsim.show import ENGINE, Line, Script, Show


def main(arguments: list[str] | None = None) -> int:
    args = _parser().parse_args(arguments)
    try:
        show = script(args.game, args.mode, args.lang, _pace(args.pace, args.viewers), args.seed)
    except ApiError as error:
        print(f"simulate: {messages.text(error.reason, 'en', **error.values)}", file=sys.stderr)
        return 2
    for line in islice(show.lines(0), args.n):
        print(json.dumps(row(line), ensure_ascii=False))
    return 0


def script(game: str, mode: Mode, lang: Lang, chosen: Pace, seed: int) -> Script:
    """A show that starts at 0, from built-in packs. Raises ApiError for a name that is none."""
    name = builtin.named(game, mode)
    pack = builtin.find(name, lang)
    show = Show(
        id="simulated",
        number=0,
        engine=ENGINE,
        seed=seed,
        cast_seed=seed,
        game=name.key,
        display_name=name.display,
        mode=mode,
        lang=lang,
        pace=chosen,
        started_at=0,
        pack=pack.ref,
    )
    return Script(show, pack)


def row(line: Line) -> dict[str, object]:
    return {"t_seconds": line.due / 1000, "user": line.chatter.username, "text": line.text}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulate", description="A show as JSON, a line each.", allow_abbrev=False)
    parser.add_argument("--game", required=True, help="a game, or a topic with --mode justchatting")
    parser.add_argument("--mode", default="game", choices=MODES)
    parser.add_argument("--lang", default="es", choices=LANGS)
    parser.add_argument("--pace", default="natural", help="natural, or MIN-MAX seconds such as 3-7")
    parser.add_argument("--viewers", default=DEFAULT_VIEWERS, type=int, choices=VIEWERS, help="with the natural pace")
    parser.add_argument("--n", default=200, type=_count, help="how many lines")
    parser.add_argument("--seed", default=1, type=int)
    return parser


def _pace(text: str, viewers: int) -> Pace:
    """Raises InvalidRequest unless `natural` or two numbers of seconds that may be a pace."""
    if text == "natural":
        return pace.natural(viewers)
    try:
        ends = [round(float(end) * 1000) for end in text.split("-")]
    except (ValueError, OverflowError):
        ends = []
    if len(ends) != 2:
        raise InvalidRequest("pace")
    return pace.fixed(*ends)


def _count(text: str) -> int:
    """A whole number from 0; argparse says what was wrong."""
    count = int(text)
    if count < 0:
        raise ValueError
    return count


if __name__ == "__main__":
    sys.exit(main())
