import unicodedata

import pytest
from chatsim.spelling import apart, readings, together, unjoined, unmasked
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Mátate", "matate"),
        ("m4t4t3", "matate"),
        ("k1ll", "kill"),
        ("ki11", "kill"),
        ("$h!t", "shit"),
        ("muereteeee", "muerete"),
        ("kiiill", "kill"),
        ("k y s", "kys"),
        ("K.Y.S", "kys"),
        ("ch#pa", "chupa"),
        ("ma.ta-te", "matate"),
        ("k u klux", "ku klux"),
        ("f uck", "fuck"),
        ("рutа", "puta"),
        ("ᴋʏꜱ", "kys"),
        ("🅺🆈🆂", "kys"),
        ("🇰🇾🇸", "kys"),
        ("ｋｙｓ", "kys"),
        ("don't", "dont"),
        ("1488", "1488"),
        ("a las 10", "a las 10"),
    ],
)
def test_a_text_is_read_as_it_looks(written: str, read: str) -> None:
    assert read in readings(written)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x17F), max_size=60))
def test_latin_letters_are_what_they_seem(text: str) -> None:
    assert unmasked(text) == unicodedata.normalize("NFKC", text)


def test_what_stands_apart_is_put_together() -> None:
    assert together("evil . c o m") == "evil .com"
    assert together("si o no, a ti") == "si o no, a ti"


@given(st.text(alphabet="ab می\u200c\u200dकष\u094d", max_size=12))
def test_joiners_are_left_out_between_letters_that_need_them(text: str) -> None:
    kept = unjoined(text)
    assert kept.translate(dict.fromkeys((0x200C, 0x200D))) == text.translate(dict.fromkeys((0x200C, 0x200D)))
    for before, char, after in zip(f" {kept}", f"{kept} ", f"{kept}  "[1:], strict=False):
        assert char not in "\u200c\u200d" or not ("\u0600" <= before <= "\u0dff" and "\u0600" <= after <= "\u0dff")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("TeVoyAMatar", "Te Voy A Matar"),
        ("vete_a__morir", "vete a morir"),
        ("xX_LaReina_77", "x X La Reina 77"),
        ("KYSnow", "KY Snow"),
        ("minecraft", "minecraft"),
    ],
)
def test_a_name_run_together_has_words(name: str, words: str) -> None:
    assert apart(name) == words
