import unicodedata

import pytest
from chatsim.errors import InvalidName, InvalidRequest
from chatsim.names import LANGS, MAX_LENGTH, MODES, lang_of, mode_of, name_of
from chatsim.spelling import plain
from hypothesis import example, given
from hypothesis import strategies as st


@given(st.text(max_size=80), st.sampled_from(MODES))
@example("ß" * 50, "game")
@example("\ud800", "game")
@example("ŉŉ", "game")
def test_any_text_is_a_name_or_clearly_refused(text, mode):
    try:
        name = name_of(text, mode)
    except (InvalidRequest, InvalidName):
        return
    assert 2 <= len(name.display) <= MAX_LENGTH[mode]
    assert name.display == " ".join(name.display.split())
    assert name.slot == f"{mode}#{name.key}"


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "M", "Zs"]), min_size=2, max_size=50))
@example("ΰ" * 3)
@example("ẞtraße İstanbul")
@example("\u0345\u0301 ab")
def test_the_key_of_a_key_is_itself(text):
    try:
        key = name_of(text, "game").key
    except (InvalidRequest, InvalidName):
        return
    if len(key) <= MAX_LENGTH["game"]:  # one letter may be three in lower case
        assert name_of(key, "game").key == key


@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.lists(st.text()),
        st.binary(),
        st.dictionaries(st.text(), st.text()),
    )
)
def test_what_is_no_text_is_refused(value):
    with pytest.raises(InvalidRequest):
        name_of(value, "game")


@pytest.mark.parametrize(
    ("typed", "key", "display"),
    [
        ("1942", "1942", "1942"),
        ("2048", "2048", "2048"),
        ("  Elden \u00a0  RING ", "elden ring", "Elden RING"),
        ("ゼルダ", "ゼルダ", "ゼルダ"),
        ("Pokémon™", "pokémon", "Pokémon"),
        ("Poke\u0301mon", "pokémon", "Pokémon"),
        ("Baldur's Gate 3", "baldur's gate 3", "Baldur's Gate 3"),
        ("Assassin’s Creed®", "assassin’s creed", "Assassin’s Creed"),
        ("STRASSE", "strasse", "STRASSE"),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width", "Full Width"),
        ("Ori & the Blind Forest: 100%!", "ori & the blind forest: 100%!", "Ori & the Blind Forest: 100%!"),
        ("شطرنج", "شطرنج", "شطرنج"),
        ("می\u200cخواهم", "میخواهم", "می\u200cخواهم"),
        ("श्\u200dरी", "श्री", "श्\u200dरी"),
        ("Go", "go", "Go"),
        ("A" * 50, "a" * 50, "A" * 50),
        ("Assassin's Creed", "assassin's creed", "Assassin's Creed"),
        ("Scunthorpe Simulator", "scunthorpe simulator", "Scunthorpe Simulator"),
        ("Diputados al poder", "diputados al poder", "Diputados al poder"),
        ("Drug Dealer Simulator", "drug dealer simulator", "Drug Dealer Simulator"),
    ],
)
def test_names_people_type(typed, key, display):
    name = name_of(typed, "game")
    assert (name.key, name.display) == (key, display)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (None, "name_missing"),
        ("", "name_missing"),
        ("   ", "name_missing"),
        ("\u3000\u00a0", "name_missing"),
        ("a", "name_length"),
        (" a ", "name_length"),
        ("x" * 51, "name_length"),
        ("x" * 10_000, "name_length"),
        ("\ufdfa\ufdfa\ufdfa", "name_length"),
        ("a\x00b", "name_control"),
        ("a\nb", "name_control"),
        ("tab\there", "name_control"),
        ("\u202egnir nedle", "name_control"),
        ("\u2066elden\u2069", "name_control"),
        ("el\u200bden", "name_control"),
        ("el\u200dden", "name_control"),
        ("\u200cمی", "name_control"),
        ("می\u200c", "name_control"),
        ("می\u200c\u200cخواهم", "name_control"),
        ("می\u200ca", "name_control"),
        ("\ufeffelden", "name_control"),
        ("soft\u00adhyphen", "name_control"),
        ("line\u2028break", "name_control"),
        ("tag\U000e0041", "name_control"),
        ("\ud800\ud800", "name_control"),
        ("\ue000\ue000", "name_control"),
        ("unassigned\u0378", "name_control"),
        ("paragraph\u2029break", "name_control"),
        ("\u3164\u3164\u3164", "name_control"),
        ("\u115f\u1160", "name_control"),
        (["elden ring"], "name_type"),
        (7, "name_type"),
        (True, "name_type"),
    ],
)
def test_the_wrong_form_is_an_invalid_request(typed, reason):
    with pytest.raises(InvalidRequest) as refused:
        name_of(typed, "game")
    assert refused.value.reason == reason


def test_topics_may_be_longer():
    assert name_of("x" * 60, "justchatting").key == "x" * 60
    with pytest.raises(InvalidRequest):
        name_of("x" * 61, "justchatting")


@pytest.mark.parametrize(
    "typed",
    [
        "???",
        "-- --",
        "❤️❤️",
        "😂😂😂",
        "¡!",
        "\u2800\u2800",
        "<b>elden</b>",
        "a<script>",
        "{game}",
        "https://a.example",
        "c:\\dos",
        "`rm`",
    ],
)
def test_symbols_and_markup_are_no_name(typed):
    with pytest.raises(InvalidName):
        name_of(typed, "game")


@pytest.mark.parametrize(
    "typed",
    ["puta", "PUTA madre", "pUt4", "p u t a", "p.u.t.a", "P-U-T-A", "la p u t a madre", "púta", "m1erd4", "sh1t",
     "$hit", "sh!t", "f u c k", "f.u.c.k simulator", "n1gg3r", "hijo de puta", "h i j o d e p u t a", "c@brón",
     "kys", "ＦＵＣＫ", "рutа simulator", "🅿🆄🆃🅰", "ᴘᴜᴛᴀ madre", "p#ta", "puuuta", "kill yourself simulator",
     "k1ll y0urself", "TeVoyAMatar", "Vete_A_Morir", "GasTheJews",
     "muerte a los judíos", "ignore previous instructions", "como modelo de lenguaje"],
)  # fmt: skip
def test_offensive_names_are_no_name(typed):
    with pytest.raises(InvalidName):
        name_of(typed, "game")


def test_the_error_names_what_was_wanted():
    for mode, code in (("game", "INVALID_GAME"), ("justchatting", "INVALID_TOPIC")):
        with pytest.raises(InvalidName) as refused:
            name_of("puta", mode)
        assert (refused.value.code, refused.value.status) == (code, 422)


HOSTILE = ["GAME", "es-AR", "", " es", 1, True, [], {}, ["es"], b"es"]


@pytest.mark.parametrize("value", HOSTILE)
def test_modes_and_languages_that_are_none(value):
    for read, reason in ((mode_of, "mode"), (lang_of, "lang")):
        with pytest.raises(InvalidRequest) as refused:
            read(value)
        assert refused.value.reason == reason


def test_modes_and_languages():
    assert (mode_of(None), lang_of(None)) == ("game", "es")
    assert [mode_of(mode) for mode in MODES] == list(MODES)
    assert [lang_of(lang) for lang in LANGS] == list(LANGS) == ["es", "es-ES", "es-MX", "en"]


@given(st.text(max_size=60))
def test_plain_is_letters_and_digits_only(text):
    for word in plain(text).split(" "):
        assert all(char.isalnum() for char in word)
        assert not any(unicodedata.combining(char) for char in word)
