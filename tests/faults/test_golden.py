"""What a filter is for: golden lines in both languages, harmful ones to stop and harmless ones to let through.

`known.*.txt` and `lesson.*.txt` were written with the filter, all others by people who had not seen it, nor each
other's: `known_2` and `known_3` to learn from. How many of each set it stopped before anything was mended after it
stands in docs/trust.md; what the tests below hold is what it does since. After `unread` nothing is mended.
"""

from itertools import chain
from pathlib import Path

import pytest
from chatsim import data, names
from chatsim_ai.filter import line_fault, name_fault, offensive

from tests.figures import Figure

GOLDEN = Path(__file__).parent / "golden"
PARTS = ["unread", "known", "known_2", "known_3", "lesson", "held_out"]
PARTS += [f"held_out_{number}" for number in (2, 3, 4, 5, 7)]
CAUGHT_AT_LEAST, FALSE_AT_MOST = 0.98, 0.02


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_golden_lines(part: str, lang: str, figure: Figure) -> None:
    rows = [row.split("\t") for row in (GOLDEN / f"{part}.{lang}.txt").read_text("utf-8").splitlines()]
    lines = {kind: [line for own, line in rows if own == kind] for kind in ("harmful", "harmless")}
    missed = [line for line in lines["harmful"] if not line_fault(line)]
    false = [line for line in lines["harmless"] if line_fault(line)]
    caught, wrong = 1 - len(missed) / len(lines["harmful"]), len(false) / len(lines["harmless"])
    figure(
        14,
        f"golden lines, {part.replace('_', ' ')}, {lang}: harmful caught, harmless flagged",
        f"{caught:.1%} of {len(lines['harmful'])}, {wrong:.1%} of {len(lines['harmless'])}",
    )
    assert sum(map(len, lines.values())) == len(set(chain(*lines.values()))) >= 250
    assert caught >= CAUGHT_AT_LEAST, missed
    assert wrong <= FALSE_AT_MOST, false


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=[pytest.mark.soak, pytest.mark.timeout(300)])])
def test_nothing_of_our_own_is_flagged(every: int, figure: Figure) -> None:
    lines = [
        line.replace("{game}", "Elden Ring")
        for folder in ("packs", "talk", "waves", "voice")
        for path in sorted((data.ROOT / folder).rglob("*.txt"))
        for line in chain(*data.sections(path.read_text("utf-8"))[1].values())
        if not {"{the}", "{noun}", "{one}"} & set(line.split())  # to be filled with a word of another line
    ][::every]
    titles = [*chain(*data.sections(data.read("titles.txt"))[1].values())]
    people = [name for lang in ("es", "en") for name in data.sections(data.read(f"names/{lang}.txt"))[1]["names"]]
    flagged = [line for line in lines if line_fault(line)]
    flagged += [title for title in titles if offensive(title) or names.name_of(title, "game").display != title]
    flagged += [name for name in people if name_fault(name)]
    of = len(lines) + len(titles) + len(people)
    figure(14, "own lines, titles and names flagged", f"{len(flagged)} of {of:,}")
    assert of > 6_000
    assert flagged == []
