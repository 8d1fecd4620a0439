"""The data files: packs, titles, names, moments. And which pack a name finds."""

import re
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest
from chatsim import builtin, data, packs
from chatsim.errors import InvalidName
from chatsim.names import name_of
from chatsim.packs import PackRef
from chatsim.spelling import plain
from chatsim.waves import TYPES

from tests.unit.core.make import game, topic

SPEECHES = ("es", "en")
GENRES_READ = Path(__file__).parents[3] / "docs/genres.md"
FILES = [str(path.relative_to(data.ROOT)) for path in sorted((data.ROOT / "packs").rglob("*.txt"))]
# In the order of packs.categories: games and genres, and topics.
MINIMUM = {"games": (150, 60, 80, 30), "topics": (120, 50, 60, 20)}
MAX_LENGTH = 120
FOLDERS = ("genres", "subgenres", "games")
GENRES, SUBGENRES, GAMES = ({Path(path).stem for path in FILES if f"/{folder}/" in path} for folder in FOLDERS)
# What no phrase may carry: addresses, handles, phone numbers.
OUTSIDE = re.compile(
    r"https?:|www\.|\b\w+\.(com|net|org|tv|gg|io|es|mx|ly)\b|@\w|\w@\w|discord|(\d[ .-]?){7,}", re.IGNORECASE
)


def sections(path: str) -> dict[str, tuple[str, ...]]:
    return data.sections(data.read(path))[1]


def spoken(line: str) -> str:
    """What two spellings of one phrase share: its words, long drawn letters once; symbols alone as they stand."""
    return "".join(char for char, _ in groupby(plain(line))) or line


# ── Packs ──


def test_all_but_games_stand_in_both_languages_and_every_game_in_spanish():
    for path in FILES:
        speeches = ("es",) if "/games/" in path else SPEECHES
        assert {f"packs/{speech}/{path.split('/', 2)[2]}" for speech in speeches} <= set(FILES)


@pytest.mark.parametrize("path", FILES)
def test_a_pack_has_its_categories_well_filled(path):
    found = sections(path)
    categories = packs.TOPIC_CATEGORIES if "/topics/" in path else packs.GAME_CATEGORIES
    assert tuple(found) == categories
    minimum = MINIMUM["topics" if "/topics/" in path else "games"]
    counts = tuple(len(found[category]) for category in categories)
    assert all(count >= least for count, least in zip(counts, minimum, strict=True)), counts


@pytest.mark.parametrize("path", FILES)
def test_no_phrase_stands_twice(path):
    for category, lines in sections(path).items():
        said = str if category == "emotes" else spoken  # Copium and COPIUM are two emotes
        twice = [phrase for phrase, count in Counter(map(said, lines)).items() if count > 1]
        assert not twice, (category, [line for line in lines if said(line) in twice])


@pytest.mark.parametrize("path", FILES)
def test_phrases_are_fit_to_be_shown(path):
    for lines in sections(path).values():
        for line in lines:
            assert len(line) <= MAX_LENGTH, line
            assert not OUTSIDE.search(line), line
            assert "<" not in line.replace("<3", ""), line
            assert line.replace("\u200d", "").isprintable(), line  # a joiner makes one emoji of two
            assert "\t" not in line, line


@pytest.mark.parametrize("path", [*FILES, *(f"waves/{speech}.txt" for speech in SPEECHES)])
def test_no_phrase_is_offensive(path):
    for lines in sections(path).values():
        for line in lines:
            assert builtin_offensive().isdisjoint(plain(line).split()), line


def builtin_offensive() -> set[str]:
    return {word for words in sections("offensive.txt").values() for word in words}


@pytest.mark.parametrize("path", FILES)
def test_the_only_place_to_fill_is_the_title(path):
    places = [re.findall(r"\{[^}]*\}?|\}", line) for lines in sections(path).values() for line in lines]
    assert {place for found in places for place in found} <= {"{game}"}


@pytest.mark.parametrize("path", [path for path in FILES if "/games/" in path])
def test_a_game_names_itself_and_its_genre(path):
    header = data.header(path)
    assert header["genre"] in GENRES
    assert name_of(header["name"], "game").display == header["name"]


def test_both_languages_agree_on_a_game():
    for path in (path for path in FILES if path.startswith("packs/en/games/")):
        es, en = (data.header(path.replace("/en/", f"/{speech}/")) for speech in SPEECHES)
        assert (es["name"], es["genre"]) == (en["name"], en["genre"])


# ── Titles, names, moments, offensive words ──


def test_every_genre_and_subgenre_has_a_pack_and_titles():
    titles: Counter[str] = Counter()
    for section, listed in sections("titles.txt").items():
        titles.update({name: len(listed) for name in section.split("/")})
    assert titles.keys() == GENRES | SUBGENRES
    assert min(titles.values()) >= 20
    assert {section.partition("/")[0] for section in sections("titles.txt")} == GENRES == set(builtin.GENRES)


def test_keywords_are_of_genres_and_subgenres_with_a_pack():
    assert {name for section in sections("keywords.txt") for name in section.split("/")} <= GENRES | SUBGENRES


def test_a_file_of_the_catalogue_is_known_by_its_name_alone():
    assert len(GENRES | SUBGENRES | GAMES) == len(GENRES) + len(SUBGENRES) + len(GAMES)


def test_a_title_stands_in_one_genre_only():
    titles = Counter(plain(title) for titles in sections("titles.txt").values() for title in titles)
    assert [title for title, count in titles.items() if count > 1] == []
    assert all(titles)


def test_no_title_says_what_its_beginning_says():
    titles = builtin.genres()
    for title, genre in titles.items():
        words = title.split()
        shorter = (titles.get(" ".join(words[:length])) for length in range(len(words) - 1, 0, -1))
        assert next(filter(None, shorter), "") != genre, title


def test_titles_are_names():
    for titles in sections("titles.txt").values():
        for title in titles:
            assert name_of(title, "game").key == title


@pytest.mark.parametrize("speech", SPEECHES)
def test_names_of_chatters(speech):
    (names,) = sections(f"names/{speech}.txt").values()
    assert len(names) >= 200
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_]{4,20}", name), name
        name_of(name, "game")


@pytest.mark.parametrize("speech", SPEECHES)
def test_moments_have_words_enough(speech):
    found = sections(f"waves/{speech}.txt")
    assert set(found) == set(TYPES)
    for lines in found.values():
        assert len(lines) >= 40
        assert len(set(lines)) == len(lines)
        assert max(map(len, lines)) <= MAX_LENGTH


def test_offensive_words_are_written_as_they_are_compared():
    for word in builtin_offensive():
        assert plain(word) == word
        with pytest.raises(InvalidName):
            name_of(word, "game")


# ── Which pack a name finds ──


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("rdr2", "Red Dead Redemption 2"),
        ("RDR 2", "Red Dead Redemption 2"),
        ("Red Dead Redemption II", "Red Dead Redemption 2"),
        ("bg3", "Baldur's Gate 3"),
        ("BALDURS GATE 3", "Baldur's Gate 3"),
        ("Baldur’s Gate 3", "Baldur's Gate 3"),
        ("mc", "Minecraft"),
        ("minecraft", "Minecraft"),
    ],
)
def test_an_alias_is_the_game(typed, shown):
    name = builtin.named(typed, "game")
    assert (name.display, name.key) == (shown, shown.casefold())
    assert builtin.find(name, "es").ref.source == "builtin"
    assert builtin.named(name.key, "game") == name


@pytest.mark.parametrize(
    ("typed", "source", "genre"),
    [
        ("Minecraft", "builtin", "survival"),
        ("Bloodborne", "genre", "soulslike"),
        ("ELDEN RING: Nightreign", "genre", "soulslike"),
        ("Dark Souls III", "genre", "soulslike"),
        ("Battlefield 6", "genre", "shooter"),
        ("Valheim", "genre", "survival"),
        ("The Witcher 3: Wild Hunt", "genre", "rpg"),
        ("My Own Prototype", "generic", ""),
        ("1942", "generic", ""),
        ("ゼルダ", "generic", ""),
        ("Bloodborn", "generic", ""),
    ],
)
@pytest.mark.parametrize("lang", ["es", "es-ES", "es-MX", "en"])
def test_the_best_pack(typed, source, genre, lang):
    pack = builtin.find(builtin.named(typed, "game"), lang)
    assert (pack.ref.source, pack.ref.genre) == (source, genre)
    assert pack.ref.id.startswith(f"packs/{lang[:2]}/")
    assert builtin.pinned(pack.ref) == pack


@pytest.mark.parametrize(
    ("typed", "subgenre", "genre"),
    [
        ("Stardew Valley", "farm", "strategy"),
        ("Grow a Garden", "farm", "party"),
        ("F1 25", "racing", "sports"),
        ("Hearthstone", "cards", "strategy"),
        ("Balatro", "cards", "platformer"),
        ("Pokémon Escarlata", "creatures", "rpg"),
        ("Tekken 8", "fighting", "sports"),
        ("Frutería Simulator 2", "business", "strategy"),
    ],
)
@pytest.mark.parametrize("lang", ["es-MX", "en"])
def test_a_subgenre_speaks_for_its_games(typed, subgenre, genre, lang):
    ref = builtin.find(builtin.named(typed, "game"), lang, "shooter").ref
    assert (ref.id, ref.source, ref.genre) == (f"packs/{lang[:2]}/subgenres/{subgenre}", "genre", genre)


def test_a_subgenre_without_a_pack_leaves_the_game_to_its_genre(monkeypatch):
    monkeypatch.setattr(builtin, "genres", lambda: {"dim sum": "strategy/opera"})
    ref = builtin.find(game("Dim Sum"), "es").ref
    assert (ref.id, ref.source, ref.genre) == ("packs/es/genres/strategy", "genre", "strategy")


@pytest.mark.parametrize(
    ("typed", "source", "genre"),
    [
        ("My Own Prototype", "genre", "shooter"),
        ("Dark Souls III", "genre", "soulslike"),
        ("Minecraft", "builtin", "survival"),
    ],
)
def test_the_genre_a_streamer_names_counts_where_we_know_none(typed, source, genre):
    ref = builtin.find(builtin.named(typed, "game"), "es", "shooter").ref
    assert (ref.source, ref.genre) == (source, genre)
    assert builtin.find(topic("Viajes"), "es", "shooter").ref.genre == ""


def test_a_genre_without_a_pack_is_remembered_all_the_same(monkeypatch):
    monkeypatch.setattr(builtin, "GENRES", (*builtin.GENRES, "opera"))
    ref = builtin.find(game("My Own Prototype"), "es", builtin.genre_named("opera")).ref
    assert (ref.source, ref.genre) == ("generic", "opera")


def test_the_longest_beginning_decides(monkeypatch):
    monkeypatch.setattr(builtin, "genres", lambda: {"dim": "shooter", "dim sum": "soulslike", "dim sum pie": "sports"})
    assert builtin.genre_of(game("Dim Sum 2")) == "soulslike"
    assert builtin.genre_of(game("Dim Sum: Pie!")) == "sports"
    assert builtin.genre_of(game("Dim Sumatra")) == "shooter"
    assert builtin.genre_of(game("Not Dim Sum")) == ""


@pytest.mark.parametrize("keyword", [word for words in sections("keywords.txt").values() for word in words])
def test_a_keyword_is_plain(keyword):
    assert plain(keyword.removesuffix("*")) == keyword.removesuffix("*")


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("Mi Granja Feliz", "strategy/farm"),
        ("Ultra Kart Legends", "sports/racing"),
        ("Fútbol de Barrio", "sports/football"),
        ("Zombies del Barrio", "shooter"),
        ("Hide & Seek en la escuela", "party"),
        ("Terror en Kart", "horror"),
        ("Cartago", ""),
    ],
)
def test_a_title_nobody_listed_speaks_by_its_words(title, genre):
    assert builtin.genre_of(game(title)) == genre


READ = re.findall(r"^\| ([^|]+) \| ([\w/]+) \| \d+%", GENRES_READ.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("row", READ, ids=str)
def test_games_that_were_read_by_eye_have_their_genre_and_words_of_their_own(row):
    title, genre = row
    name = builtin.named(title, "game")
    assert builtin.genre_of(name) == genre
    pack = builtin.find(name, "es")
    assert (pack.ref.source, pack.ref.genre) == ("genre", genre.partition("/")[0])
    generic = {plain(line) for lines in builtin.pack_at("packs/es/generic").phrases.values() for line in lines}
    own = [line for line in pack.phrases["gameplay"] if plain(line) not in generic]
    assert len(own) >= 0.25 * len(pack.phrases["gameplay"])


def test_any_topic_is_just_chatting():
    for lang in ("es-MX", "en"):
        ref = builtin.find(topic("Minecraft"), lang).ref
        assert (ref.id, ref.source) == (f"packs/{lang[:2]}/topics/just-chatting", "generic")
        assert builtin.find(topic("charlando"), lang).ref.source == "builtin"
    assert builtin.named("bg3", "justchatting").display == "bg3"


def test_another_version_is_gone():
    ref = builtin.find(game("Minecraft"), "es").ref
    assert builtin.pinned(PackRef(ref.id, "0ld", ref.source)) is None
    assert builtin.pinned(PackRef("packs/es/games/none", ref.version, ref.source)) is None


def test_the_title_is_filled_in():
    pack = builtin.find(game("Hollow Prototype"), "es")
    filled = [line for lines in pack.filled("Hollow Prototype").values() for line in lines]
    assert any("Hollow Prototype" in line for line in filled)
    assert not any("{" in line for line in filled)


def test_a_pack_keeps_its_words_and_they_make_its_version():
    phrases, ref = {"gameplay": ("ñ 😂", "b"), "reactions": ("c",)}, PackRef("PACK#x", "1", "ai")
    pack = packs.Pack(ref, phrases, ("ana", "luis"))
    turned = packs.Pack(ref, dict(reversed(phrases.items())), ("ana", "luis"))
    assert packs.dump(pack) == packs.dump(turned)
    assert packs.load(packs.dump(pack), ref) == pack
    assert packs.versioned(pack).ref.version == packs.versioned(turned).ref.version
    assert packs.versioned(pack).ref != packs.versioned(packs.Pack(ref, phrases, ("eva",))).ref
    assert packs.version_of("a") != packs.version_of("b")
