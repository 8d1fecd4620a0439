"""Rows of figures beside those of a peer: as a table, as a document, and as JSON between two runs. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any, Literal

from bench import scale_page

COLUMNS = ("#", "what", "ours", "against", "theirs", "ratio", "spread", "to reach", "reached")
RIGHT = ("ours", "theirs", "ratio", "spread", "to reach")
HEAD = """# How fast and how cheap

Written by `make bench` from [results.json](../bench/results.json); `make bench-quick` prints the same table from fewer
rounds.
"""
BUSY = """**The machine was busy, with this or with other work:** the ratios hold better than the milliseconds, and what
is wide in its spread does not hold.
"""
NOTES = """
## What is measured

- **Beside each other:** every round asks each program in turn, on one machine. `ours` and `theirs` are medians over the
  rounds; `ratio` is the median of the rounds' own ratios and `spread` its quartiles, so that what slows the machine
  down for a while slows both.
- **Ours** is what `make build HOST=1` packages, started by its own start script and asked through Lambda's Runtime API.
- **Starlette** under uvicorn with uvloop and httptools is the app that one puts behind AWS's Lambda Web Adapter; the
  adapter, a process of its own, is left out. **Powertools** is its resolver on `awslambdaric`, which answers in one
  piece. Both stand in [peers](../bench/peers), make the same lines with our engine after the same look at the ticket,
  and read the table with boto3.
- **Bare loop** is Python that speaks Lambda's Runtime API and does no work.
- **First byte** is the first `data:` line: the ticket is checked and the show is read by then. A cold start counts from
  the start of the process; what Lambda does before that is the same for all.
- All run on the same Python, with bytecode for everything, over one local DynamoDB emulator.
- **Held connection** is the classic design, a timer for each viewer, by arithmetic: an hour of Lambda at the least
  memory it has ([held.py](../bench/peers/held.py)). Beside it stands what our pages ask by themselves, batches and
  tickets: Lambda, the HTTP API and the table ([cost.py](../bench/cost.py)). What either design needs has rows of its
  own: logs, CloudFront, and presses (Play, moments, changes of game or pace).
- **x bare** is a cold start in those of the bare loop in the same run, which says the same on a fast and a slow
  machine. `api` and `generate` run on `awslambdaric`; they list the games, and answer with a stored pack.
- **Calls of the store** for phrases that are there: one counts the request for the limit, one takes the slot and tells
  all of them. The first in an environment reads the head and the pack as well, the head again after a minute. A game
  that is new to the user costs one more, to be pre-warmed for others, unless it has a pack of its own that needs none.
- **A token** is taken to be three characters, of the prompt and of an answer with every line it asks for; what the
  model thinks before it speaks is not in it. Prices are Groq's list.
- **Pages** are those of the built site before `make dev`'s own doors, in headless Chromium, in a clean profile each
  time, without an AI and with a game that no pack knows. `4x slower` is Chromium's own slow-down of what a page does;
  the doors and the browser's other processes have the machine as it is, beside the page. The first line is due 300 to
  800 ms after its show begins, so that much of the time after Play is meant.
- **Over the wire** are the bodies of all that a page asks for, to its first lines of chat: texts with gzip, where
  CloudFront sends Brotli, which is a little less; fonts as they are, and so the doors' answers, which CloudFront does
  not compress. Headers, Clerk's scripts and 7TV's images are not in it.
- **Row 11**: what the last `make test` took on this machine is said where it has passed once.
- **The store's read** of row 3 is a query of the emulator by nobody else's doing. Its own pauses would be most of
  anybody's worst one in a hundred: so it has answered some thousands before, until its code is compiled, and it
  collects its garbage in one batch of 500, not of 60.
- **Row 5** is of the machine as much as of the code, in a process that holds no more than the door's. What takes 9 µs
  in a quiet hour here takes 14 in another one. So shows are read before and after each of the other parts, and the
  quartiles show which hours these were.
- **Row 4** counts the program's own processor time, so that waiting for the store is not in it.
- **An AI of 500 tokens a second** is the fake one behind its vendors' SDKs, through the whole door of `generate`; its
  own time beside it is that of its pace ([writing.py](../bench/writing.py)). A phrase is usable when the filter has let
  it through.

"""
SIZES = """## What memory costs

Lambda gives processor by memory, a whole one with 1769 MB. **Bold** is what [template.yaml](../template.yaml) sets; ✓
is the least, and so the cheapest, that holds the function and starts it cold in time: `stream` and `api` in 0.75 s
each, as Play may have to wait for both, `generate` in 2 s. A cold start is all of its processor time at the function's
share; AWS gives more while a function is initialised, and promises nothing. There is a cold start of `stream` and `api`
in two hours on air, and a game new to everybody, with a cold start of `generate`, in five
([memory.py](../bench/memory.py)).
"""

# Of each page: kB by kind.
Weights = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Goal:
    """What is to be reached by a row's ratio, or, without anybody to compare with, by its own figure."""

    sense: Literal["at most", "at least"]
    figure: float
    text: str = ""

    def reached(self, figure: float) -> bool:
        return figure <= self.figure if self.sense == "at most" else figure >= self.figure


@dataclass(frozen=True)
class Row:
    """One figure. `spread`: the quartiles of the ratio, or of the figure where there is nobody to compare with."""

    number: int
    what: str
    unit: str
    ours: float
    against: str = ""
    theirs: float | None = None
    ratio: float | None = None
    spread: tuple[float, float] | None = None
    goal: Goal | None = None

    @property
    def reached(self) -> bool | None:
        if not self.goal:
            return None
        return self.goal.reached(self.ours if self.ratio is None else self.ratio)


@dataclass(frozen=True)
class BySize:
    """A figure of one function by its memory in MB, None where it does not fit; what is set, and what would be best."""

    door: str
    what: str
    unit: str
    by_mb: dict[str, float | None]
    set_mb: int
    best_mb: int | None


@dataclass(frozen=True)
class Taken:
    """When and where; `load`: processes that wanted a processor, over a minute, before and after."""

    date: str
    machine: str
    python: str
    cores: int
    load: tuple[float, float]
    rounds: int


def alone(number: int, what: str, unit: str, figures: Sequence[float], goal: Goal | None = None) -> Row:
    """A row of our own figures."""
    spread = quartiles(figures) if len(figures) > 1 else None
    return Row(number, what, unit, median(figures), spread=spread, goal=goal)


def beside(
    number: int,
    what: str,
    unit: str,
    ours: Sequence[float],
    against: str,
    theirs: Sequence[float],
    goal: Goal | None = None,
) -> Row:
    """A row of two programs' figures, round by round."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    spread = quartiles(ratios) if len(ratios) > 1 else None
    return Row(number, what, unit, median(ours), against, median(theirs), median(ratios), spread, goal)


def quartiles(figures: Sequence[float]) -> tuple[float, float]:
    low, _, high = quantiles(figures, n=4, method="inclusive")
    return low, high


def cells(row: Row) -> tuple[str, ...]:
    ratio = row.ratio is not None
    goal = row.goal.text or f"{row.goal.sense} {_plain(row.goal.figure)}{' x' if ratio else ''}" if row.goal else ""
    return (
        str(row.number),
        row.what,
        _with_unit(row.ours, row.unit),
        row.against,
        "" if row.theirs is None else _with_unit(row.theirs, row.unit),
        "" if row.ratio is None else _plain(row.ratio),
        "" if row.spread is None else " – ".join(map(_plain, row.spread)),
        goal,
        {True: "yes", False: "**no**", None: ""}[row.reached],
    )


def text(rows: Sequence[Row]) -> str:
    """For a terminal."""
    lines = [tuple(cell.strip("*") for cell in cells(row)) for row in rows]
    return _aligned(COLUMNS, lines)


def cells_of_size(row: BySize) -> tuple[str, ...]:
    """What is set is bold, what would be best has a tick."""

    def cell(mb: str, figure: float | None) -> str:
        text = "" if figure is None else _plain(figure) + (" ✓" if int(mb) == row.best_mb else "")
        return f"**{text}**" if int(mb) == row.set_mb and text else text

    return row.door, f"{row.what}, {row.unit}", *(cell(mb, figure) for mb, figure in row.by_mb.items())


def text_of_sizes(rows: Sequence[BySize]) -> str:
    """For a terminal."""
    return _aligned(_head_of_sizes(rows), [cells_of_size(row) for row in rows])


def text_of_weights(pages: Weights) -> str:
    """For a terminal."""
    return _aligned(*_of_weights(pages))


def document(results: dict[str, Any]) -> str:
    """docs/performance.md for what results.json holds."""
    rows = [_row(row) for row in results["rows"]]
    taken, first = Taken(**results["taken"]), results["first"]
    sizes = [BySize(**row) for row in results["sizes"]]
    missed = sum(row.reached is False for row in rows)
    return "\n".join(
        [
            HEAD,
            f"Taken {taken.date} on {taken.machine}, Python {taken.python}, {taken.rounds} rounds; load "
            f"{taken.load[0]:.1f} before and {taken.load[1]:.1f} after. "
            f"{sum(row.reached is True for row in rows)} figures are reached, {missed} are not yet.\n",
            *([BUSY] if max(taken.load) > taken.cores else []),
            *_table(COLUMNS, [cells(row) for row in rows]),
            NOTES,
            SIZES,
            *_table(_head_of_sizes(sizes), [cells_of_size(row) for row in sizes]),
            "",
            *(_section_of_weights(results["weights"]) if "weights" in results else ()),
            *(scale_page.section(results["scale"]) if "scale" in results else ()),
            "## The first cold starts\n",
            f"Measured {first['taken']['date']} on {first['taken']['machine']}, Python {first['taken']['python']}, "
            f"load {first['taken']['load'][0]:.1f}; row 9 is held to them.\n",
            "| door | ms | x bare | what it imports longest, ms |",
            "|---|---:|---:|---|",
            *(
                f"| {name} | {_plain(door['ms'])} | {_plain(door['x_bare'])} | "
                f"{', '.join(f'{module} {_plain(ms)}' for module, ms in door['imports'].items())} |"
                for name, door in first["doors"].items()
            ),
            "",
        ]
    )


def found(
    taken: Taken, first: dict[str, Any], rows: Sequence[Row], sizes: Sequence[BySize], weights: Weights
) -> dict[str, Any]:
    """What a run has measured, as results.json has it."""
    tables = {"rows": [asdict(row) for row in rows], "sizes": [asdict(row) for row in sizes]}
    return {"taken": asdict(taken), "first": first, **tables, "weights": weights}


def dumped(results: dict[str, Any]) -> str:
    """The JSON of results.json, with figures to four digits."""
    return json.dumps(_rounded(results), indent=1, ensure_ascii=False) + "\n"


def _head_of_sizes(rows: Sequence[BySize]) -> tuple[str, ...]:
    return "function", "what", *(f"{mb} MB" for mb in rows[0].by_mb)


def _section_of_weights(pages: Weights) -> list[str]:
    return ["## What a page weighs\n", *_table(*_of_weights(pages)), ""]


def _of_weights(pages: Weights) -> tuple[list[str], list[list[str]]]:
    """The head of a table with a column for each kind, and a line for each page."""
    kinds = dict.fromkeys(kind for weights in pages.values() for kind in weights)
    lines = [
        [page, *(_plain(weights.get(kind, 0)) for kind in kinds), _plain(sum(weights.values()))]
        for page, weights in pages.items()
    ]
    return ["page", *(f"{kind}, kB" for kind in kinds), "in all, kB"], lines


def _aligned(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if _is_right(name) else cell.ljust(width)
            for name, cell, width in zip(head, line, widths, strict=True)
        ).rstrip()
        for line in (head, *lines)
    )


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table in Markdown."""
    rule = ["---:" if _is_right(name) else "---" for name in head]
    return [f"| {' | '.join(line)} |" for line in (head, rule, *lines)]


def _is_right(column: str) -> bool:
    return column in RIGHT or column.endswith(("MB", "kB"))


def _row(fields: dict[str, Any]) -> Row:
    goal, spread = fields["goal"], fields["spread"]
    return Row(**fields | {"goal": Goal(**goal) if goal else None, "spread": tuple(spread) if spread else None})


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(member) for member in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _with_unit(figure: float, unit: str) -> str:
    return f"{_plain(figure)} {unit}".strip()


def _plain(figure: float) -> str:
    """Three digits, never as a power of ten."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{float(f'{figure:.3g}'):.10f}".rstrip("0").rstrip(".")
