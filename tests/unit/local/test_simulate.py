"""The command line: what it prints, and what it says to arguments that are none."""

import json
from itertools import pairwise

import pytest

from local import simulate


def printed(capsys, *arguments: str) -> list[dict]:
    assert simulate.main(list(arguments)) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_show_as_json_lines(capsys):
    rows = printed(capsys, "--game", "Elden Ring", "--n", "120", "--seed", "5")
    assert len(rows) == 120
    assert all(row.keys() == {"t_seconds", "user", "text"} for row in rows)
    times = [row["t_seconds"] for row in rows]
    assert times == sorted(times)
    assert 0.3 <= times[0] <= 0.8
    assert rows == printed(capsys, "--game", "Elden Ring", "--n", "120", "--seed", "5")
    assert rows != printed(capsys, "--game", "Elden Ring", "--n", "120", "--seed", "6")


def test_a_fixed_pace_in_seconds(capsys):
    times = [row["t_seconds"] for row in printed(capsys, "--game", "Minecraft", "--pace", "0.5-1", "--n", "50")]
    assert all(0.5 <= round(b - a, 3) <= 1 for a, b in pairwise(times))


def test_topics_languages_and_audiences(capsys):
    rows = printed(
        capsys, "--game", "Viajes", "--mode", "justchatting", "--lang", "es-MX", "--viewers", "200", "--n", "40"
    )
    assert rows[-1]["t_seconds"] < 200
    assert printed(capsys, "--game", "Minecraft", "--lang", "en", "--n", "0") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--game"),
        (["--game", "Minecraft", "--colour", "red"], "--colour"),
        (["--game", "Minecraft", "--lang", "fr"], "--lang"),
        (["--game", "Minecraft", "--viewers", "61"], "--viewers"),
        (["--game", "Minecraft", "--n", "-1"], "--n"),
        (["--game", "Minecraft", "--seed", "x"], "--seed"),
        (["--game", "Minecraft", "--see", "1"], "--see"),
    ],
)
def test_unknown_arguments_are_named(capsys, arguments, said):
    with pytest.raises(SystemExit) as stopped:
        simulate.main(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--pace", "fast"], "natural"),
        (["--pace", "7-3"], "minimum"),
        (["--pace", "0-3"], "500"),
        (["--pace", "nan-inf"], "natural"),
        (["--game", "x"], "2"),
        (["--game", "!!!"], ""),
    ],
)
def test_what_no_show_can_be_is_said_in_words(capsys, arguments, said):
    assert simulate.main(["--game", "Minecraft", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("simulate: ")
    assert said in error
