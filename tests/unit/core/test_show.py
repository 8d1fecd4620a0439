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
from chatsim.decks import draw
from chatsim.pace import BLOCK
from chatsim.show import Script
from chatsim.talk import PER_BLOCK, Conversation, kinds
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.make import PACK, PHRASES, a_script, a_show
from tests.unit.core.recite import SHOWS, recite

ROOT = Path(__file__).parents[3]
RECITE = Path(__file__).with_name("recite.py")

# Lines of shows that are on air. The hash of 500 lines of each show of recite.py.
GOLDEN = {"fixed": "2b9b645079a2d072", "natural": "d51f0bdd6adac829", "continued": "0880a95b314f43ce"}

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


def test_lines_come_one_after_the_other():
    script = a_script()
    assert list(islice(script.lines(98), 4)) == [script.line(k) for k in (98, 99, 100, 101)]


def test_a_topic_has_comments_in_place_of_gameplay():
    pack_phrases = {"comments": ("c",), **{name: PHRASES[name] for name in ("reactions", "questions", "emotes")}}
    script = Script(a_show(mode="justchatting"), type(PACK)(PACK.ref, pack_phrases))
    assert {line.category for line in islice(script.lines(0), BLOCK)} == pack_phrases.keys()


@given(seeds, st.frozensets(st.integers(0, BLOCK - 1)))
def test_every_block_has_its_shares_in_a_rush_too(seed, rush):
    planned = kinds(Random(seed), rush)
    assert tuple(Counter(planned)[kind] for kind in range(4)) == PER_BLOCK
    assert [Counter(planned[:20])[kind] for kind in range(4)] == [8, 6, 4, 2]


@given(seeds, st.integers(1, 120), st.integers(0, 30))
@settings(max_examples=50)
def test_no_phrase_twice_until_the_deck_is_used_up(seed, size, turn):
    deck = [str(i) for i in range(size)]
    drawn = [draw(seed, "gameplay", deck, ordinal) for ordinal in range(turn * size, (turn + 1) * size)]
    assert sorted(drawn) == sorted(deck)


@given(seeds, st.integers(1, 250))
@settings(max_examples=50)
def test_a_card_rests_for_most_of_a_deck(seed, size):
    last: dict[int, int] = {}
    for ordinal in range(4 * size):
        card = int(draw(seed, "emotes", list(map(str, range(size))), ordinal))
        assert ordinal - last.get(card, -size) >= (size * 14 / 15 if size > 30 else size / 2)
        last[card] = ordinal


def test_reshuffled_means_another_order():
    deck = [str(i) for i in range(30)]
    turns = {tuple(draw(1, "emotes", deck, turn * 30 + i) for i in range(30)) for turn in range(5)}
    assert len(turns) == 5


@pytest.mark.parametrize("viewers", pace.VIEWERS)
@pytest.mark.parametrize("first_k", [0, 1, 19, 99, 100, 133])
@pytest.mark.parametrize("seed", range(3))
def test_nobody_speaks_twice_running_but_to_end_a_thought(viewers, first_k, seed):
    script = a_script(seed=seed, pace=pace.natural(viewers), first_k=first_k)
    turns = [script.turn(k) for k in range(first_k, first_k + 12 * BLOCK)]
    for one, other in pairwise(turns):
        assert (one.chatter.username == other.chatter.username) == other.second


@given(seeds, st.integers(1, 100_000))
@settings(max_examples=50)
def test_no_seam_has_one_author_on_both_sides(seed, block):
    script = a_script(seed=seed, pace=pace.natural(5))
    assert script.author(block * BLOCK - 1).username != script.author(block * BLOCK).username


@given(seeds, st.sampled_from([0, 7, 99, 100, 250]))
@settings(max_examples=50)
def test_who_spoke_last_in_the_show_before_does_not_begin(seed, first_k):
    before = a_script(seed=seed, pace=pace.natural(5)).line(first_k)
    script = a_script(seed=seed, pace=pace.natural(5), first_k=first_k, spoke_last=before.chatter.username)
    first, second = script.line(first_k), script.line(first_k + 1)
    assert first.chatter.username not in (before.chatter.username, second.chatter.username)
    assert first.category == before.category


def test_a_continued_show_goes_on_with_the_same_people_and_words():
    whole, rest = a_script(), a_script(id="next", first_k=25, started_at=a_show().started_at + 999_999)
    for k in range(25, 100):
        one, other = whole.line(k), rest.line(k)
        assert (one.text, one.chatter, one.category) == (other.text, other.chatter, other.category)
    assert rest.line(25).id == "next.25"
    assert 300 <= rest.due(25) - rest.show.started_at <= 800
    assert rest.k_at(rest.due(31)) == 31


def test_the_title_is_spoken_as_it_was_typed():
    texts = [line.text for line in islice(a_script(display_name="ELDEN Ring").lines(0), 300)]
    assert any("ELDEN Ring" in text for text in texts)
    assert not any("{" in text for text in texts)


def test_a_line_late_in_a_show_costs_what_an_early_one_does(monkeypatch):
    """Addressed by block: a line at 12 h needs its own block, whatever came earlier."""
    made = []
    run = Conversation.run
    monkeypatch.setattr(Conversation, "run", lambda talk: made.append(talk) or run(talk))
    pace.offsets.cache_clear()
    a_script().line(1_000_050)
    assert len(made) == 1
    assert pace.offsets.cache_info().currsize <= 2
