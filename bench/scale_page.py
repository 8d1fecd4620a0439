"""From ten to a million streamers, as a person reads it: a section of docs/performance.md and its plot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from math import floor, log10
from typing import Any

Found = Mapping[str, Any]

INTRO = """## From ten to a million

![What so many streamers need, and from how many each limit is met](scale.svg)

A day of so many streamers, walked by [scale.py](../bench/scale.py): who begins when, in three time zones, with which
game of a long tail. What an hour on air asks for, what a request takes and what it costs stand in
[cost.py](../bench/cost.py). All of it is reckoned: nobody has seen a million streamers, and this was never on AWS.
"""
NOTES = """
The limits in the order in which they are met, each as if those before it had been raised:
"""
READING = """
- **A second** is one of the minute with most shows on air. **At once** are the invocations of the day's worst second,
  and the packs being written.
- **Forgotten packs:** an environment has a [shelf](../layers/core/chatsim/shelf.py) of them. With more games on air
  than it holds, packs are read again, and these are so many of the read units.
- **The busiest partition** of those that all share is {hottest}, on the first day. A streamer's own gets some writes a
  minute; hot packs and the key of tickets are read a few times a second.
- **First day:** an empty table, and every show is its streamer's first. **Later:** after months of such days, when a
  streamer takes up a new game now and then and packs are renewed after their fresh life.
- **Packs needed:** games that had none or an old one when they were added. Those who **waited** began with the pack of
  the genre and went on with their game's own within the minute; for those **without**, the day had no pack left. Play
  waits for neither.
- **Pre-warming** (in brackets: without it) has the games that the owner named ready for the first who add them.
  Whatever else many add is written for the first of them and is there for all others, so it spares few their wait. A
  game that comes out tomorrow is worth naming; no such game is in this day.
- **Dollars:** here somebody is on air in more hours than cost.py takes for a hundred streamers, which are paid as hours
  of metrics, and forgotten packs are read. AI is the list price of the packs made.
- **Assumed** is what stands in capitals in scale.py, [scale_packs.py](../bench/scale_packs.py) and cost.py: hours on
  air, most after supper; games by Zipf, the built-in ones on top; nobody comes by appointment. Limits of others are
  from their documentation or, where scale.py says so, from memory. **Not counted:** opening a page, cold starts, Clerk.
"""

# Okabe and Ito's colours, told apart by those who see fewer.
LINES = (
    ("dollars a month", "listed", "#000000"),
    ("read units / s", "reads_s", "#00805c"),
    ("invocations / s", "invocations_s", "#0072b2"),
    ("write units / s", "writes_s", "#c04a00"),
    ("Lambda at once", "at_once", "#99467a"),
)
WIDTH, LEFT, RIGHT, TOP, DEEP = 480, 52, 128, 46, 252
ROW, APART = 34, 16
INK, PALE, GRID, BEYOND = "#222222", "#555555", "#e2e2e2", "#c04a00"


def section(scaled: Found) -> Iterator[str]:
    """Its lines, from what bench.scale found."""
    sizes: Sequence[Found] = scaled["sizes"]
    limits = [limit for limit in scaled["limits"] if limit["at"]]
    steps = list(pairwise((0, *(size["streamers"] for size in sizes))))
    rows: list[tuple[str, Callable[[Found], str]]] = [
        ("shows in the evening", lambda size: _short(size["on_air"])),
        ("invocations a second", lambda size: _short(size["invocations_s"])),
        ("Lambda at once", lambda size: _short(size["at_once"])),
        ("read units a second", lambda size: _short(size["reads_s"])),
        ("of these: forgotten packs", lambda size: _short(size["forgotten_s"])),
        ("write units a second", lambda size: _short(size["writes_s"])),
        ("the busiest partition's writes", lambda size: _short(size["hottest_s"])),
        ("first day: packs needed", lambda size: _short(size["needed_first"])),
        ("first day: AI calls", lambda size: _both(size, "first", "calls")),
        ("first day: users who waited", lambda size: _both(size, "first", "waited")),
        ("first day: users without", lambda size: _both(size, "first", "without")),
        ("later: packs needed", lambda size: _short(size["needed_steady"])),
        ("later: AI calls", lambda size: _both(size, "steady", "calls")),
        ("later: users who waited", lambda size: _both(size, "steady", "waited")),
        ("later: users without", lambda size: _both(size, "steady", "without")),
        ("AWS, dollars a month", lambda size: _short(size["listed"])),
        ("AWS, less what is free", lambda size: _short(size["paid"])),
        ("AI, dollars a month", lambda size: _short(size["ai"])),
    ]
    yield INTRO
    yield _line("streamers", *(f"{size['streamers']:,}" for size in sizes))
    yield _line("---", *["---:"] * len(sizes))
    for what, cell in rows:
        yield _line(what, *map(cell, sizes))
    yield _line("first limit since the size before", *(_first(limits, *step) for step in steps))
    yield NOTES
    yield _line("about so many streamers", "limit", "lets through", "what to do")
    yield _line("---:", "---", "---:", "---")
    for limit in limits:
        yield _line(_rounded(limit["at"]), limit["name"], f"{limit['most']:,}", limit["do"])
    beyond = ", ".join(f"{limit['name']} ({limit['most']:,})" for limit in scaled["limits"] if not limit["at"])
    yield f"\nNot met by {sizes[-1]['streamers']:,}: {beyond}."
    yield READING.format(hottest=" or ".join(dict.fromkeys(f"`{size['hottest']}`" for size in sizes)))


def plot(scaled: Found) -> str:
    """An SVG: above the figures by size, on axes with logarithms; below, on the same axis, where each limit is met."""
    sizes: Sequence[Found] = scaled["sizes"]
    limits = [limit for limit in scaled["limits"] if limit["at"]]
    first, last = (log10(size["streamers"]) for size in (sizes[0], sizes[-1]))
    low = floor(log10(min(size[of] for size in sizes for _, of, _ in LINES)))
    high = log10(max(size[of] for size in sizes for _, of, _ in LINES))
    below = TOP + DEEP + 74
    height = below + ROW * len(limits) + 8

    def x(streamers: float) -> float:
        return LEFT + (log10(streamers) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(figure: float) -> float:
        return TOP + (high - log10(figure)) / (high - low) * DEEP

    def drawn() -> Iterator[str]:
        yield _text(8, 20, "What so many streamers need", bold=True)
        for power in range(low, floor(high) + 1):
            yield _stroke(GRID, 1, (LEFT, y(10**power)), (WIDTH - RIGHT, y(10**power)))
            yield _text(LEFT - 6, y(10**power) + 5, _tick(10**power), anchor="end", colour=PALE)
        for size in sizes:
            at = x(size["streamers"])
            yield _stroke(GRID, 1, (at, TOP), (at, TOP + DEEP))
            yield _text(at, TOP + DEEP + 18, _tick(size["streamers"]), anchor="middle", colour=PALE)
        place = float(TOP - 2 * APART)
        for name, of, colour in sorted(LINES, key=lambda line: -sizes[-1][line[1]]):
            place = max(place + APART, y(sizes[-1][of]))
            yield _stroke(colour, 2.5, *((x(size["streamers"]), y(size[of])) for size in sizes))
            yield _text(WIDTH - RIGHT + 8, place + 5, name, colour=colour)
        yield _text(8, below - 16, "From how many streamers each limit is met", bold=True)
        for row, limit in enumerate(limits):
            at, middle = x(limit["at"]), below + ROW * row + 24
            yield _text(LEFT, middle - 8, limit["name"].replace("`", ""))
            yield _stroke(GRID, 3, (LEFT, middle), (at, middle))
            yield _stroke(BEYOND, 5, (at, middle), (WIDTH - RIGHT, middle))
            yield _text(WIDTH - RIGHT + 8, middle + 5, f"from {_rounded(limit['at'])}", colour=BEYOND)

    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' font-family="system-ui, sans-serif" font-size="14">\n'
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#ffffff"/>\n' + "\n".join(drawn()) + "\n</svg>\n"
    )


def _first(limits: Sequence[Found], above: float, to: float) -> str:
    return next((limit["name"] for limit in limits if above < limit["at"] <= to), "")


def _both(size: Found, day: str, what: str) -> str:
    return f"{_short(size[day][what])} ({_short(size[f'{day}_unwarmed'][what])})"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _short(figure: float) -> str:
    """Two digits or more, thousands apart."""
    return f"{figure:,.0f}" if figure >= 10 else f"{figure:.2g}"


def _rounded(figure: float) -> str:
    """To two digits: 75,000."""
    return f"{float(f'{figure:.2g}'):,.0f}"


def _tick(figure: float) -> str:
    return f"{figure / 1e6:g}M" if figure >= 1e6 else f"{figure / 1e3:g}k" if figure >= 1e3 else f"{figure:g}"


def _stroke(colour: str, width: float, *points: tuple[float, float]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = INK, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>{escape(text)}</text>'
