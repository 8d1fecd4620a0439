"""What a streamer says of a game that nobody here knows: kept with its slot, and spoken from."""

from typing import Any

import pytest
from chatsim import builtin

from tests import sse
from tests.functional.conftest import User

UNKNOWN = "Mi Prototipo"


def add(user: User, name: str = UNKNOWN, **more: Any) -> dict[str, Any]:
    answer = user.ask("POST", "/api/generate-phrases", {"gameName": name, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_genre_stays_with_the_slot(user: User) -> None:
    assert (add(user)["source"], add(user)["genre"]) == ("generic", "")
    told = add(user, genre="shooter")
    assert (told["source"], told["genre"]) == ("genre", "shooter")
    assert told["phrases"] == builtin.find(builtin.named(UNKNOWN, "game"), "es", "shooter").filled(UNKNOWN)
    again = add(user)
    assert (again["source"], again["genre"], again["remainingSlots"]) == ("genre", "shooter", 3)
    listed = user.ask("GET", "/api/generate-phrases").json()["slots"]
    assert [(slot["source"], slot["genre"]) for slot in listed] == [("genre", "shooter")]
    assert add(user, genre="rpg")["genre"] == "rpg", "one may think again"


@pytest.mark.parametrize("genre", builtin.GENRES)
def test_all_ten_are_taken(user: User, genre: str) -> None:
    assert add(user, genre=genre)["genre"] == genre
    assert user.play(UNKNOWN, genre=genre)["show"]["genre"] == genre


@pytest.mark.parametrize(
    ("game", "source", "genre"), [("rdr2", "builtin", "rpg"), ("Dark Souls", "genre", "soulslike")]
)
def test_what_is_known_of_a_game_counts_for_more(user: User, game: str, source: str, genre: str) -> None:
    told = add(user, game, genre="shooter")
    assert (told["source"], told["genre"]) == (source, genre)
    assert user.play(game, genre="shooter")["show"]["source"] == source


def test_a_topic_has_none(user: User) -> None:
    assert add(user, "Viajes", mode="justchatting", genre="rpg")["genre"] == ""


def test_a_show_speaks_from_it(user: User) -> None:
    answer = user.play(UNKNOWN, genre="soulslike", min=500, max=1000)
    assert (answer["show"]["source"], answer["show"]["genre"]) == ("genre", "soulslike")
    joined = user.ask("GET", "/api/chat-ticket").json()["show"]
    assert joined["genre"] == "soulslike", "for the device that joins, and may go on with it"


def test_a_running_show_goes_on_with_it(user: User) -> None:
    begun = user.play(UNKNOWN, min=500, max=1000)
    assert begun["show"]["source"] == "generic"
    last = sse.lines(user.read(begun["ticket"], horizon=10))[-1]
    went_on = user.play(UNKNOWN, min=500, max=1000, genre="survival", after=last.id)
    assert went_on["show"]["source"] == "genre"
    first = sse.lines(user.read(went_on["ticket"], last=went_on["show"]["first"]))[0]
    assert int(first.id.split(".")[1]) == int(last.id.split(".")[1]) + 1


@pytest.mark.parametrize("genre", ["", "SHOOTER", "mmo", 7, True, [], {}, ["shooter"]])
@pytest.mark.parametrize("path", ["/api/generate-phrases", "/api/chat-ticket"])
def test_what_is_no_genre(user: User, path: str, genre: Any) -> None:
    answer = user.ask("POST", path, {"gameName": UNKNOWN, "genre": genre})
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")
    assert "soulslike" in answer.json()["message"]
    assert user.ask("GET", "/api/generate-phrases").json()["games"] == []
