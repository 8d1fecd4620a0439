"""Nothing hostile passes, and what people really write does."""

import re
import unicodedata
from pathlib import Path

import pytest
from chatsim import data
from chatsim_ai import filter as sieve
from chatsim_ai.filter import Sieve, line_fault, name_fault, offensive
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.ai.fakes import shown

_, SAMPLES = data.sections((Path(__file__).parent / "hostile.txt").read_text("utf-8"))
NAMES = [shown(name) for name in SAMPLES.pop("names")]
LINES = [(kind, shown(line)) for kind, lines in SAMPLES.items() for line in lines]


def test_there_are_enough_of_them() -> None:
    assert len(LINES) >= 200


@pytest.mark.parametrize(("kind", "line"), LINES, ids=ascii)
def test_no_hostile_line_passes(kind: str, line: str) -> None:
    assert line_fault(line)
    assert kind == "commands" or line_fault(f"jaja {line}")
    assert line_fault(f"{line} jaja")


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_hostile_name_passes(name: str) -> None:
    assert name_fault(name)


@pytest.mark.parametrize("name", ["Puta Simulator", "f u c k quest", "n1gger hunt", "Mierda 2", "PUT4S"])
def test_an_offensive_name_is_one(name: str) -> None:
    assert offensive(name)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("seis cincuenta y cinco doce treinta y cuatro", "phone"),
        ("five fifty five oh one nine nine", "phone"),
        ("double five five oh one four two", "phone"),
        ("tres dos uno", ""),
        ("diez, veinte, treinta intentos", ""),
        ("vive en la avenida de los tilos 45", "address"),
        ("he lives at 12 oak street", "address"),
        ("es la calle más bonita del juego", ""),
        ("Respuesta: vaya jugada", "instructions"),
        ("Espectador 3: vaya jugada", "instructions"),
        ('"chat": [', "markup"),
        ("[insert game] is great", "markup"),
        ("1. vaya jugada", "markup"),
        ("1.5 s de invulnerabilidad", ""),
        ("vaya b4nana", "disguised"),
        ("you pl*m", "disguised"),
        ("un p4l4cio", "disguised"),
        ("b.a.n.a.n.a", "disguised"),
        ("s i l l a", "disguised"),
        ("M4A1 o L4D2, a las 3am", ""),
        ("la m4a1s y qué modelo de teclado", ""),
        ("R.E.P.O. y d&d", ""),
        ("g g w p", ""),
        ("l e t s g o", ""),
    ],
)
def test_kinds_of_lines(line: str, fault: str) -> None:
    assert line_fault(line) == fault


@pytest.mark.parametrize("length", [0, 121])
def test_length(length: int) -> None:
    assert line_fault("a" * length) == "length"
    assert line_fault("la " * 40) == ""


@pytest.mark.parametrize(
    "line", ["<3", "la chocita <3", "GG 1-0", "1.21 es mejor", "x2", "no.", "a las 10:30", "¿¿??", "100%"]
)
def test_harmless_signs_pass(line: str) -> None:
    assert line_fault(line) == ""


@pytest.mark.parametrize("line", ["un espectáculo", "qué espectáculo, 85 puntos"])
def test_an_accent_or_a_number_makes_no_slur(line: str) -> None:
    assert not offensive(line)


def test_each_line_once() -> None:
    lines = Sieve()
    assert lines.phrase("¡Qué miedo!")
    assert not lines.phrase("que miedo")
    assert not lines.phrase("QUÉ   MIEDO...")
    assert lines.phrase("💀")
    assert lines.phrase("💀💀")
    assert not lines.phrase("💀")


def test_each_name_once() -> None:
    lines = Sieve()
    assert lines.name("Pepe_98")
    assert not lines.name("pepe_98")
    assert lines.name("Ana_98")
    assert lines.phrase("pepe_98")


def test_no_line_quotes_what_the_ai_was_told() -> None:
    lines = Sieve("Tips, memories of one's own run, jokes, friendly teasing")
    assert not lines.phrase("well: Memories of ONE'S own run!")
    assert lines.phrase("memories of my own run")


# Letters that make up what has to be stopped, in any order.
pieces = st.sampled_from(
    [
        "http://",
        "evil",
        ".",
        "com",
        "@",
        "pepe",
        "612",
        "345",
        "678",
        " ",
        "<",
        "b",
        ">",
        "\u202e",
        "\u200b",
        "\n",
        "a",
        "discord",
        "{",
        "}",
    ]
)


@given(st.one_of(st.text(max_size=130), st.lists(pieces, max_size=12).map("".join)))
@example("a\u2028b")
def test_what_passes_is_one_plain_line(text: str) -> None:
    if line_fault(text):
        return
    assert 1 <= len(text) <= sieve.MAX_LENGTH
    assert len(text.splitlines()) == 1
    assert not {unicodedata.category(char) for char in text} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not re.search(r"[@{}`|\\]|://|</?[a-z]|evil\.com|discord", text)
    assert not re.search(r"\d{7}", text)


@given(st.text(alphabet="abzAZ09_-. éя\u200b", max_size=30))
def test_what_passes_is_a_name(text: str) -> None:
    if not name_fault(text):
        assert re.fullmatch(r"[A-Za-z0-9_]{3,25}", text)
