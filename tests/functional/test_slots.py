"""Games and topics: four slots, over HTTP."""

from tests.functional.conftest import User


def add(user: User, name: str, **more: str) -> tuple[int, dict[str, object]]:
    answer = user.ask("POST", "/api/generate-phrases", {"gameName": name, **more})
    return answer.status_code, answer.json()


def test_a_game_takes_a_slot_and_brings_its_phrases(user: User) -> None:
    status, answer = add(user, "  dark   SOULS ")
    phrases = answer.pop("phrases")
    assert status == 200
    assert answer == {
        "success": True,
        "gameName": "dark souls",
        "displayName": "dark SOULS",
        "mode": "game",
        "lang": "es",
        "source": "genre",
        "genre": "soulslike",
        "pending": False,
        "currentGames": ["dark souls"],
        "remainingSlots": 3,
    }
    assert isinstance(phrases, dict)
    assert list(phrases) == ["gameplay", "reactions", "questions", "emotes"]
    assert all(len(lines) >= 25 for lines in phrases.values())
    assert not any("{" in line for lines in phrases.values() for line in lines)
    assert any("dark SOULS" in line for line in phrases["gameplay"])


def test_sources_by_what_is_known_of_a_game(user: User) -> None:
    found = {name: add(user, name)[1] for name in ("rdr2", "Dark Souls III", "Tetris")}
    assert {name: (answer["source"], answer["genre"]) for name, answer in found.items()} == {
        "rdr2": ("builtin", "rpg"),
        "Dark Souls III": ("genre", "soulslike"),
        "Tetris": ("generic", ""),
    }
    assert found["rdr2"]["displayName"] == "Red Dead Redemption 2"
    topic = add(user, "Anime", mode="justchatting")[1]
    assert list(topic["phrases"]) == ["comments", "reactions", "questions", "emotes"]  # type: ignore[call-overload]


def test_languages(user: User) -> None:
    spanish, mexican, english = (add(user, "Minecraft", lang=lang)[1] for lang in ("es", "es-MX", "en"))
    assert spanish["phrases"] == mexican["phrases"] != english["phrases"]
    assert english["remainingSlots"] == 3, "one game, whatever its language"


def test_games_and_topics_share_four_slots_and_the_fifth_is_told_which_they_are(user: User) -> None:
    for name in ("Dark Souls", "Minecraft", "1942"):
        assert add(user, name)[0] == 200
    assert add(user, "Viajes", mode="justchatting")[0] == 200
    assert add(user, "MINECRAFT")[0] == 200, "a game one has costs nothing"
    status, answer = add(user, "Tetris")
    assert (status, answer["error"], answer["limitReached"]) == (429, "LIMIT_REACHED", True)
    assert sorted(answer["currentGames"]) == ["1942", "dark souls", "minecraft", "viajes"]  # type: ignore[call-overload]
    status, answer = add(user, "Tetris", replace="viajes")
    assert (status, answer["remainingSlots"]) == (200, 0)
    assert sorted(answer["currentGames"]) == ["1942", "dark souls", "minecraft", "tetris"]  # type: ignore[call-overload]
    assert add(user, "Tetris", replace="viajes")[0] == 200, "said twice, done once"
    assert add(user, "Doom", replace="viajes")[1]["error"] == "INVALID_REQUEST"


def test_the_list_and_giving_a_slot_back(user: User) -> None:
    add(user, "rdr2")
    add(user, "Anime", mode="justchatting")
    listed = user.ask("GET", "/api/generate-phrases").json()
    assert listed["defaultPace"] == {"min": 3000, "max": 7000}
    assert (listed["authenticated"], listed["remainingSlots"], listed["maxGames"]) == (True, 2, 4)
    assert listed["games"] == ["red dead redemption 2", "anime"]
    assert listed["slots"][0] == {
        "game": "red dead redemption 2",
        "displayName": "Red Dead Redemption 2",
        "mode": "game",
        "lang": "es",
        "source": "builtin",
        "genre": "rpg",
    }
    for _ in range(2):
        freed = user.ask("DELETE", "/api/generate-phrases?game=rdr2")
        assert (freed.status_code, freed.json()["games"]) == (200, ["anime"])
    freed = user.ask("DELETE", "/api/generate-phrases?game=anime&mode=justchatting").json()
    assert (freed["games"], freed["remainingSlots"]) == ([], 4)
