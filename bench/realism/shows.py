"""Plays shows, has realism_stats judge them, and writes docs/realism.md: `python -m bench.realism.shows`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench.realism import realism_stats

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "realism.md"
LINES = 2000
judge: Any = realism_stats
# Three with a pack of their own, three without.
GAMES = ("Minecraft", "Elden Ring", "Valorant", "Stardew Valley", "Resident Evil 4", "Rocket League")
LANGS = ("es", "en")
SEEDS = (101, 102, 103)


@dataclass(frozen=True)
class Case:
    game: str
    lang: str
    seed: int
    pace: str = "natural"
    viewers: int = 60


@dataclass(frozen=True)
class Verdict:
    """`outside` the metrics out of range, `broken` the families named, `of` how many metrics were compared."""

    case: Case
    word: str
    outside: dict[str, float]
    broken: list[str]
    of: int
    mean: dict[str, float]


def judged(case: Case, lines: int = LINES) -> Verdict:
    """The verdict on a show that the command line plays, as realism_stats' own `check` gives it."""
    command = [
        sys.executable, "-m", "local.simulate", "--game", case.game, "--lang", case.lang, "--pace", case.pace,
        "--viewers", str(case.viewers), "--n", str(lines), "--seed", str(case.seed),
    ]  # fmt: skip
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as log:
        subprocess.run(command, cwd=ROOT, stdout=log, check=True)  # noqa: S603 our own command line
        found = judge.analyse(log.name)
    speech, mean = case.lang.partition("-")[0], found["mean"]
    outside = {name: float(value) for name, value, *_ in judge.outside(found, reference(), speech)}
    broken = judge.broken(outside)
    if mean.get("period_multi", 0) > 0.15 and "orthography" not in broken:
        broken.append("orthography")
    of = sum(name in reference() and mean.get(name) == mean.get(name, 0) for name in judge.CORE if name in mean)
    share = len(outside) / of
    word = "FAIL" if broken or share > 0.25 else "PASS" if share <= 0.1 else "BORDERLINE"
    return Verdict(case, word, outside, broken, of, mean)


@cache
def reference() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("reference.json").read_text("utf-8"))
    return found


def report(natural: list[Verdict], others: list[Verdict], fixed: list[Verdict]) -> str:
    words = Counter(verdict.word for verdict in natural)
    tally = ", ".join(f"{words[word]} {word}" for word in ("PASS", "BORDERLINE", "FAIL"))
    return f"""# How real the simulated chat looks

Written by `make realism`; what is measured, and against what, is told in [bench/realism](../bench/realism/README.md).
Each show is {LINES} lines; Spanish is judged on Spanish channels, English on English ones.

## Natural pace, 60 viewers

**{len(natural)} shows: {tally}.**

{_table(natural)}

## Other audiences

{_table(others)}

## Fixed pace, 3 to 7 seconds

Pauses that are drawn evenly are not how a chat writes: `timing` is named here, and has to be. Nothing else should be.

{_table(fixed)}

## What is still off

{_off(natural)}
{_remarks(natural)}"""


def _table(verdicts: list[Verdict]) -> str:
    rows = ["| game | language | viewers | seed | verdict | outside | which |", "|---|---|---|---|---|---|---|"]
    for verdict in verdicts:
        case, which = verdict.case, ", ".join(f"{name} {value:.3g}" for name, value in verdict.outside.items())
        word = f"{verdict.word} ({', '.join(verdict.broken)})" if verdict.broken else verdict.word
        viewers = case.viewers if case.pace == "natural" else "–"
        outside = f"{len(verdict.outside)} of {verdict.of}"
        cells = (case.game, case.lang, str(viewers), str(case.seed), word, outside, which)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _off(verdicts: list[Verdict]) -> str:
    counts = Counter((verdict.case.lang, name) for verdict in verdicts for name in verdict.outside)
    lines = []
    for (lang, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        low, high = judge.bounds(name, reference()[name], lang)[:2]
        values = [verdict.mean[name] for verdict in verdicts if verdict.case.lang == lang and name in verdict.mean]
        shows = sum(verdict.case.lang == lang for verdict in verdicts)
        share = f"outside in {count} of {shows}"
        range_, real = f"{min(values):.3g} to {max(values):.3g}", f"{low:.3g} to {high:.3g}"
        lines.append(f"- `{name}` ({lang}), {share}: {range_}; real {real}.")
    return "\n".join(lines) or "- Nothing is outside."


REMARKS = {
    "same_consec": "One author follows up on a line of their own in {0:.1%} of lines, in real channels in 2.7 % and "
    "more: here only to end a thought, so that a chat in OBS never looks like one person's.",
    "coh_far": "Distant lines share a word {0:.1%} of the time, in real channels 1-13 %: a pack's words come back each "
    "half hour.",
    "sh_emoji": "{0:.1%} of lines hold an emoji, in real channels 0-3 %: without its own emotes, emoji stand in.",
    "len_ratio_burst": "In fast moments lines are {0:.2f} times as long as in calm ones, in real channels 0.44-1.18.",
    "fano_60s": "The number of lines a minute varies {0:.1f} times as much as by chance, in real channels 1.6-23: a "
    "block of a hundred lines has a fixed length, so that a whole hour is never livelier than another.",
}


def _remarks(verdicts: list[Verdict]) -> str:
    found = ["", "And what the verdict does not count, on average over these shows:", ""]
    for name, words in REMARKS.items():
        values = [verdict.mean[name] for verdict in verdicts if name in verdict.mean]
        found.append("- " + words.format(sum(values) / len(values)))
    return "\n".join(found) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--games", default=",".join(GAMES))
    parser.add_argument("--langs", default=",".join(LANGS))
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    parser.add_argument("--viewers", default="5,15,200", help="audiences besides 60, each with the first seed")
    args = parser.parse_args()
    games, langs, seeds = args.games.split(","), args.langs.split(","), [int(seed) for seed in args.seeds.split(",")]
    every = [Case(game, lang, seed) for lang in langs for game in games for seed in seeds]
    others = [
        Case(game, lang, seeds[0], viewers=int(viewers))
        for lang in langs
        for viewers in filter(None, args.viewers.split(","))
        for game in games[:1] + games[-1:]
    ]
    fixed = [Case(game, lang, seeds[0], pace="3-7") for lang in langs for game in games]
    found = [[judged(case) for case in cases] for cases in (every, others, fixed)]
    REPORT.write_text(report(*found), "utf-8")
    words = Counter(verdict.word for verdict in found[0])
    print(f"{REPORT.relative_to(ROOT)}: {dict(words)}")
    return words["FAIL"] > 0


if __name__ == "__main__":
    sys.exit(main())
