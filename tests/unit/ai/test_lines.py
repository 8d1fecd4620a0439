"""Pieces of text into lines: the same lines however the text was cut."""

import re

import pytest
from chatsim_ai.lines import Line, LineReader, tidy
from hypothesis import given
from hypothesis import strategies as st


def read(*pieces: str) -> tuple[list[Line], int]:
    reader = LineReader()
    found = [line for piece in pieces for line in reader.feed(piece)]
    return found + reader.finish(), reader.dropped


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("g|cuidado con el jefe", Line("g", "cuidado con el jefe")),
        ("G | ojo ahí", Line("g", "ojo ahí")),
        ("- r|jajaja", Line("r", "jajaja")),
        ("* q|qué build llevas", Line("q", "qué build llevas")),
        ("12. e|KEKW", Line("e", "KEKW")),
        ("3) n|pepe_98", Line("n", "pepe_98")),
        ("`c|hola`", Line("c", "hola")),
        ("  g|hola  \r", Line("g", "hola")),
        ("x|", Line("x", "")),
        ("X| no es un juego.", Line("x", "no es un juego")),
        ('g|"otra vez tú"', Line("g", "otra vez tú")),
        ("g|vale.", Line("g", "vale")),
        ("g|vale...", Line("g", "vale...")),
        ("g|no\u202fte\u00a0creo que it\u2019s co\u2011op", Line("g", "no te creo que it's co-op")),
        ("g|a|b", Line("g", "a|b")),  # left to the filter
    ],
)
def test_a_line_in_each_of_its_spellings(row: str, line: Line) -> None:
    assert read(row) == ([line], 0)


@pytest.mark.parametrize("row", ["Here are your lines:", "gg|hola", "z|hola", "|hola", "g hola", "gameplay|hola", "g:"])
def test_what_is_no_line_is_counted(row: str) -> None:
    assert read(f"{row}\ng|hola\n") == ([Line("g", "hola")], 1)


def test_fences_and_blank_lines_are_nobodys_fault() -> None:
    assert read("```text\n\n   \ng|hola\n```\n") == ([Line("g", "hola")], 0)


def test_an_open_line_waits_for_its_end() -> None:
    reader = LineReader()
    assert reader.feed("g|ho") == []
    assert reader.feed("la\nr|ja") == [Line("g", "hola")]
    assert reader.finish() == [Line("r", "ja")]
    assert reader.finish() == []


rows = st.one_of(
    st.text(max_size=40),
    st.builds(
        "{}{}|{}".format, st.sampled_from(["", "- ", "1. ", "`"]), st.sampled_from("gcrqenxz"), st.text(max_size=40)
    ),
    st.sampled_from(["```", "", "g|hola", "x|"]),
)


@given(st.lists(rows).map("\n".join), st.lists(st.integers(0, 400)))
def test_the_cuts_do_not_matter(text: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts})
    pieces = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    assert read(*pieces) == read(text)


@given(st.text())
def test_tidy_is_done_once(text: str) -> None:
    line = tidy(text)
    assert not re.search(r"  |^ | $", line)
    assert "\u2019" not in line
