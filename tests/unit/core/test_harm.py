import pytest
from chatsim import harm
from chatsim.harm import harm_in
from chatsim.spelling import plain


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("slit your wrists", "self_harm"),
        ("ojalá te mueras", "self_harm"),
        ("i know where you live", "threat"),
        ("te voy a rajar", "threat"),
        ("deport all mexicans", "hate"),
        ("send feet pics", "sexual"),
        ("selling weed", "drugs"),
        ("you're worthless", "insult"),
        ("as an AI I can't", "instructions"),
        ("link in my bio", "invite"),
        ("puta", "word"),
        ("pu ta", "word"),
        ("qué sub normal eres", "word"),
        ("lamronbus total", "word"),
        ("sube al normal y ve a la sala", ""),
        ("mexicans are great cooks", ""),
        ("deport the goblin", ""),
        ("the boss killed you", ""),
        ("", ""),
    ],
)
def test_what_a_text_does(text: str, kind: str) -> None:
    assert harm_in(text) == kind


def test_a_kind_may_be_left_out() -> None:
    assert harm_in("selling weed", but=frozenset(("drugs",))) == ""


def test_a_phrase_may_have_gaps_and_words_that_may_be_missing() -> None:
    assert harm_in("make me a sandwich") == harm_in("bring me a sandwich") == "hate"
    assert harm_in("hope you get really bad cancer") == "self_harm"
    assert harm_in("hope you get a very big golden sword and no cancer") == ""


def test_what_only_looks_like_harm_is_none() -> None:
    assert harm_in("selling weed") == "drugs"
    assert harm_in("weed the garden") == harm_in("pull that weed") == harm_in("vende la coca cola") == ""
    assert harm_in("weed the garden and kill yourself") == "self_harm"
    assert harm_in("hire a hitman") == harm_in("hitman for hire") == harm_in("busco sicario") == "threat"
    assert harm_in("hire for the smile") == harm_in("sicario para la escena final") == ""


def test_a_line_that_ends_with_a_slash_goes_on_in_the_next() -> None:
    phrases = [phrase for own in harm.written().values() for phrase in own]
    assert [phrase for phrase in phrases if phrase.endswith("/") or "//" in phrase or "...?" in phrase] == []


def test_every_phrase_begins_with_a_word() -> None:
    firsts = [phrase.split()[0] for phrases in harm.written().values() for phrase in phrases]
    assert [first for first in firsts if first == "..." or first.endswith("?")] == []
    assert all(word == plain(word) for word in harm.words())
