import os
import shutil
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from itertools import islice, pairwise
from pathlib import Path
from random import Random

import pytest
from chatsim import pace
from chatsim.cast import COLORS, cast_of
from chatsim.pace import BLOCK
from chatsim.show import Script, draw, plan
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.make import PACK, PHRASES, a_script, a_show
from tests.unit.core.recite import SHOWS, recite

ROOT = Path(__file__).parents[3]
RECITE = Path(__file__).with_name("recite.py")

# Lines of shows that are on air. The hash of 500 lines of each show of recite.py.
GOLDEN = {"fixed": "e34179137c133996", "natural": "c48c35a13bb595e1", "continued": "5cf52efd34b856e7"}

seeds = st.integers(0, 2**48)


def interpreters() -> list[str]:
    """This Python and, where it is installed, the one on Lambda."""
    found = shutil.which("python3.13")
    # A version manager's shim is found and runs nothing where that version is not chosen.
    runs = found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0
    return [sys.executable, *([found] if found and runs else [])]


@pytest.mark.parametrize("show", SHOWS)
def test_the_lines_of_a_running_show_stay(show):
    first = SHOWS[show].first_k
    found = sha256(recite(show, range(first, first + 500))).hexdigest()[:16]
    assert found == GOLDEN[show], (
        f"lines of shows on air changed ({show}: {found}): raise ENGINE in chatsim/show.py, then put the new hash in"
    )


@pytest.mark.parametrize("python", interpreters())
@pytest.mark.parametrize("show", SHOWS)
def test_a_line_alone_is_the_line_in_sequence_in_any_process(python, show):
    first = SHOWS[show].first_k
    numbers = [first, *(first + k for k in Random(4).sample(range(12_000), 40))]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "layers" / "core"), "PYTHONHASHSEED": "random"}
    command = [python, str(RECITE), show, *map(str, numbers)]
    alone = subprocess.run(command, env=env, capture_output=True, check=True, timeout=20).stdout.splitlines()
    sequence = recite(show, range(first, first + 12_000)).splitlines()
    assert alone == [sequence[k - first] for k in numbers]


def test_the_talk_has_its_shares():
    lines = islice(a_script().lines(0), 10_000)
    counts = Counter(line.category for line in lines)
    for category, share in (("gameplay", 40), ("reactions", 30), ("questions", 20), ("emotes", 10)):
        assert counts[category] / 100 == pytest.approx(share, abs=2)


def test_a_topic_has_comments_in_place_of_gameplay():
    pack_phrases = {"comments": ("c",), **{name: PHRASES[name] for name in ("reactions", "questions", "emotes")}}
    script = Script(a_show(mode="justchatting"), type(PACK)(PACK.ref, pack_phrases))
    assert {line.category for line in islice(script.lines(0), BLOCK)} == pack_phrases.keys()


@given(seeds, st.integers(0, 10_000))
def test_ordinals_count_each_kind_without_a_gap(seed, block):
    seen: dict[int, list[int]] = {}
    for kind, ordinal in (*plan(seed, block), *plan(seed, block + 1)):
        seen.setdefault(kind, []).append(ordinal)
    for ordinals in seen.values():
        assert ordinals == list(range(ordinals[0], ordinals[0] + len(ordinals)))


@given(seeds, st.integers(1, 120), st.integers(0, 30))
@settings(max_examples=50)
def test_no_phrase_twice_until_the_deck_is_used_up(seed, size, turn):
    deck = [str(i) for i in range(size)]
    drawn = [draw(seed, "gameplay", deck, ordinal) for ordinal in range(turn * size, (turn + 1) * size)]
    assert sorted(drawn) == sorted(deck)


@given(seeds, st.integers(1, 120))
@settings(max_examples=50)
def test_after_a_reshuffle_a_phrase_rests_for_half_a_deck(seed, size):
    deck = range(size)
    last: dict[int, int] = {}
    for ordinal in range(4 * size):
        phrase = int(draw(seed, "emotes", list(map(str, deck)), ordinal))
        assert ordinal - last.get(phrase, -size) >= size / 2
        last[phrase] = ordinal


def test_reshuffled_means_another_order():
    deck = [str(i) for i in range(30)]
    turns = {tuple(draw(1, "emotes", deck, turn * 30 + i) for i in range(30)) for turn in range(5)}
    assert len(turns) == 5


@pytest.mark.parametrize("viewers", pace.VIEWERS)
@pytest.mark.parametrize("first_k", [0, 1, 19, 20, 33])
@pytest.mark.parametrize("seed", range(3))
def test_nobody_speaks_twice_running(viewers, first_k, seed):
    script = a_script(seed=seed, pace=pace.natural(viewers), first_k=first_k)
    names = [line.chatter.username for line in islice(script.lines(first_k), 60 * BLOCK)]
    assert all(one != other for one, other in pairwise(names))
    before = a_script(seed=seed, pace=pace.natural(viewers))
    if first_k:
        assert before.line(first_k - 1).chatter.username != names[0]


@given(seeds, st.integers(1, 100_000))
def test_no_seam_has_one_author_on_both_sides(seed, block):
    script = a_script(seed=seed, pace=pace.natural(5))
    around = [script.author(block * BLOCK + place) for place in (-2, -1, 0, 1)]
    assert all(one != other for one, other in pairwise(around))


def test_a_continued_show_goes_on_with_the_same_people_and_words():
    whole, rest = a_script(), a_script(id="next", first_k=25, started_at=a_show().started_at + 999_999)
    for k in range(25, 100):
        one, other = whole.line(k), rest.line(k)
        assert (one.text, one.chatter, one.category) == (other.text, other.chatter, other.category)
    assert rest.line(25).id == "next.25"
    assert 300 <= rest.due(25) - rest.show.started_at <= 800
    assert rest.k_at(rest.due(31)) == 31


def test_the_title_is_spoken_as_it_was_typed():
    texts = [line.text for line in islice(a_script(display_name="ELDEN Ring").lines(0), 100)]
    assert any("ELDEN Ring" in text for text in texts)
    assert not any("{" in text for text in texts)


@pytest.mark.parametrize("speech", ["es", "en"])
def test_a_larger_audience_keeps_the_people_of_the_smaller(speech):
    casts = [cast_of(11, speech, viewers).chatters for viewers in pace.VIEWERS]
    assert [len(cast) for cast in casts] == [4, 11, 44, 148]
    for small, large in pairwise(casts):
        assert large[: len(small)] == small
    everybody = casts[-1]
    assert len({chatter.username for chatter in everybody}) == len(everybody)
    assert {chatter.color for chatter in everybody} <= set(COLORS)
    assert sum("moderator" in chatter.badges for chatter in everybody) == 1


def test_few_write_most():
    names = Counter(line.chatter.username for line in islice(a_script().lines(0), 5000))
    loudest = sum(count for _, count in names.most_common(9))
    assert 0.45 < loudest / 5000 < 0.75


def test_a_line_late_in_a_show_costs_what_an_early_one_does():
    """Addressed by block: a line at 12 h needs its block and the one before, whatever came earlier."""
    plan.cache_clear()
    pace.offsets.cache_clear()
    a_script().line(1_000_000)
    assert plan.cache_info().currsize == 1
    assert pace.offsets.cache_info().currsize == 1


def test_the_palette_is_readable_on_the_panel():
    """Contrast of WCAG 2, at least 5:1 on #18181b."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert min((luminance(color) + 0.05) / (luminance("#18181b") + 0.05) for color in COLORS) >= 5
