"""The built-in catalogue: packs of some games, of genres, subgenres and topics, and one for everything else."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from chatsim import data, packs
from chatsim.errors import InvalidRequest
from chatsim.names import Lang, Mode, Name, name_of
from chatsim.packs import Pack, PackRef, Source
from chatsim.spelling import plain

SPEECHES = ("en", "es")
GENERIC = "generic"
ANY_TOPIC = "topics/just-chatting"
# A streamer may name one of these for a game that nobody here knows.
GENRES = (
    *("soulslike", "shooter", "moba", "sports", "horror"),
    *("survival", "platformer", "rpg", "strategy", "party"),
)


class Game(NamedTuple):
    """A game with a pack of its own: `id` is the name of its file."""

    id: str
    name: str
    genre: str


def named(value: object, mode: Mode) -> Name:
    """The name a streamer typed, an alias turned into the game's own name. Raises as `names.name_of`."""
    name = name_of(value, mode)
    game = games().get(plain(name.key)) if mode == "game" else None
    return name._replace(key=game.name.casefold(), display=game.name) if game else name


def genre_named(value: object) -> str:
    """The genre a streamer named; empty when none was. Raises InvalidRequest for what is none of GENRES."""
    if value is None:
        return ""
    if value not in GENRES:
        raise InvalidRequest("genre")
    return str(value)


def find(name: Name, lang: Lang, told: str = "") -> Pack:
    """The best built-in pack: the game's own, its subgenre's, its genre's, or the generic one.

    `told`: the genre its streamer named, which counts for a game of which we know neither pack nor genre.
    """
    speech = speech_of(lang)
    for path, source, genre in _candidates(name, told):
        pack = _load(f"packs/{speech}/{path}", source, genre)
        if pack:
            return pack
    raise LookupError(f"no built-in pack in {speech}")


def speaks_for_itself(name: Name, lang: Lang) -> bool:
    """Whether the game has a pack of its own here, which knows it as well as an AI would: nobody writes it another."""
    return name.mode == "game" and find(name, lang).ref.source == "builtin"


def pinned(ref: PackRef) -> Pack | None:
    """The very version a show pinned, or None when the files have changed since."""
    pack = _load(ref.id, ref.source, ref.genre)
    return pack if pack and pack.ref.version == ref.version else None


def pack_at(path: str) -> Pack:
    """The pack in a file of the catalogue, `packs/es/genres/soulslike`. Raises LookupError."""
    pack = _load(path, "builtin", "")
    if not pack:
        raise LookupError(path)
    return pack


def genre_of(name: Name) -> str:
    """The genre of a title, with its subgenre behind a slash where it has one: `strategy/farm`.

    By the longest title in the table that it is or begins with, else by its words.
    """
    words = plain(name.key).split()
    for length in range(len(words), 0, -1):
        genre = genres().get(" ".join(words[:length]))
        if genre:
            return genre
    return _genre_by_words(words)


def _genre_by_words(words: list[str]) -> str:
    """The first genre with a keyword among the words: `racing`, `hide and seek`, or `zombi*` for a beginning."""
    title = f" {' '.join(words)} "
    return next((genre for genre, keywords in keywords() if any(keyword in title for keyword in keywords)), "")


def speech_of(lang: Lang) -> str:
    """The language of the files: regional Spanish is written over `es`."""
    return lang.partition("-")[0]


def _candidates(name: Name, told: str) -> list[tuple[str, Source, str]]:
    if name.mode == "justchatting":
        topic = _topics().get(plain(name.key))
        any_topic: tuple[str, Source, str] = (ANY_TOPIC, "generic", "")
        return [(f"topics/{topic}", "builtin", ""), any_topic] if topic else [any_topic]
    game = games().get(plain(name.key))
    genre, _, subgenre = (game.genre if game else genre_of(name) or told).partition("/")
    found: list[tuple[str, Source, str]] = []
    if game:
        found.append((f"games/{game.id}", "builtin", genre))
    if subgenre:
        found.append((f"subgenres/{subgenre}", "genre", genre))
    if genre:
        found.append((f"genres/{genre}", "genre", genre))
    return [*found, (GENERIC, "generic", genre)]


@cache
def _load(path: str, source: Source, genre: str) -> Pack | None:
    try:
        text = data.read(f"{path}.txt")
    except FileNotFoundError:
        return None
    header, phrases = data.sections(text)
    short = header.get("short", "") if source == "builtin" else ""
    return Pack(PackRef(path, packs.version_of(text), source, genre), phrases, short=short)


@cache
def games() -> dict[str, Game]:
    """Every game with a pack, by its plain name and by each of its aliases."""
    found = {}
    for speech in SPEECHES:
        for path in data.listing(f"packs/{speech}/games"):
            header = data.header(path)
            game = Game(_id_of(path), header["name"], header["genre"])
            for spelling in _spellings(header):
                found[plain(spelling)] = game
    return found


@cache
def genres() -> dict[str, str]:
    """The genre of every title in the table, by its plain name."""
    _, found = data.sections(data.read("titles.txt"))
    return {plain(title): genre for genre, titles in found.items() for title in titles}


@cache
def keywords() -> list[tuple[str, list[str]]]:
    """The keywords of each genre, as they stand between the words of a title that begins and ends with a space."""
    _, found = data.sections(data.read("keywords.txt"))
    return [(genre, [f" {word} ".replace("* ", "") for word in words]) for genre, words in found.items()]


@cache
def _topics() -> dict[str, str]:
    """The file of every topic with a pack, by its plain name and by each of its aliases, in both languages."""
    found = {}
    for speech in SPEECHES:
        for path in data.listing(f"packs/{speech}/topics"):
            for spelling in _spellings(data.header(path)):
                found[plain(spelling)] = _id_of(path)
    return found


def _spellings(header: dict[str, str]) -> list[str]:
    return [header["name"], *filter(None, header.get("aliases", "").split(","))]


def _id_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".txt")
