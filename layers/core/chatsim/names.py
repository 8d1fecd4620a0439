"""Names of games and topics: what may be one, and the key two spellings share."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple, get_args

from chatsim.errors import InvalidName, InvalidRequest
from chatsim.harm import harm_in
from chatsim.spelling import LEET, apart, plain, unjoined, unmasked

Mode = Literal["game", "justchatting"]
Lang = Literal["es", "es-ES", "es-MX", "en"]

MODES: tuple[str, ...] = get_args(Mode)
LANGS: tuple[str, ...] = get_args(Lang)
MIN_LENGTH = 2
MAX_LENGTH = {"game": 50, "justchatting": 60}


class Name(NamedTuple):
    """`key` finds it (casefolded), `display` is shown as the streamer wrote it."""

    mode: Mode
    key: str
    display: str

    @property
    def slot(self) -> str:
        """The member of a user's slot set, `<mode>#<key>`."""
        return f"{self.mode}#{self.key}"


def mode_of(value: object) -> Mode:
    """Raises InvalidRequest for anything but a mode; nothing means a game."""
    if value is None:
        return "game"
    if value not in MODES:
        raise InvalidRequest("mode")
    return value  # type: ignore[return-value]


def lang_of(value: object) -> Lang:
    """Raises InvalidRequest for anything but a language we speak; nothing means Spanish."""
    if value is None:
        return "es"
    if value not in LANGS:
        raise InvalidRequest("lang")
    return value  # type: ignore[return-value]


def name_of(value: object, mode: Mode) -> Name:
    """Raises InvalidRequest when the form is wrong, InvalidName when it is well formed and yet no name."""
    if value is None or value == "":
        raise InvalidRequest("name_missing")
    if not isinstance(value, str):
        raise InvalidRequest("name_type")
    if any(_is_control(char) for char in unjoined(value)):
        raise InvalidRequest("name_control")
    display = " ".join(unicodedata.normalize("NFKC", value.translate(_LEGAL_MARKS)).split())
    if not display:
        raise InvalidRequest("name_missing")
    # Some type the joiners, some do not.
    key = unjoined(display).casefold()
    # A key can be longer than its name: ß is ss.
    if not MIN_LENGTH <= len(display) <= MAX_LENGTH[mode] >= len(key):
        raise InvalidRequest("name_length", min=MIN_LENGTH, max=MAX_LENGTH[mode])
    if not any(char.isalnum() for char in display) or _is_markup(display):
        raise InvalidName(mode)
    if any(harm_in(text, but=_FINE) for text in {display, apart(display)}):
        raise InvalidName(mode)
    return Name(mode, key, display)


def _is_control(char: str) -> bool:
    """Control, format (bidi, zero width, joiners), surrogate, private, unassigned and blank characters."""
    return char in _BLANK_LETTERS or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _is_markup(text: str) -> bool:
    seen = unmasked(text)
    return any(char in text for char in "<>{}\\`") or any(map(_ADDRESS.search, (seen, seen.translate(LEET))))


def short_of(display: str, mode: Mode = "game") -> str:
    """What a chat calls a game: "Hollow Knight: Silksong" is silksong, "The Witcher 3: Wild Hunt" witcher, "Dark Souls
    III" ds3, "Ghost of Tsushima" got. A topic stays itself, and a name in another script."""
    if mode != "game" or max(display) > _LATIN:
        return display
    name, _, subtitle = display.partition(":")
    if subtitle and len(subtitle.split()) == 1:
        return subtitle.strip().lower()
    words = [word for word in plain(name.translate(_APOSTROPHES)).split() if word not in _ARTICLES] or plain(
        display
    ).split()
    number = _ROMAN.get(words[-1], words[-1]) if len(words) > 1 else ""
    number = number if number.isdigit() and len(number) == 1 else ""
    bare = words[:-1] if number or words[-1].isdigit() else words
    if len(bare) <= 1:
        return " ".join(bare or words)
    if number or len(bare) > 2:
        return "".join(word[0] for word in bare[:5]) + number
    return bare[0] if len(bare[0]) >= 5 else " ".join(bare)


_LATIN = "\u024f"
_APOSTROPHES = dict.fromkeys(map(ord, "'’"))
_ARTICLES = frozenset(("the", "a", "an", "el", "la", "los", "las"))
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}


# Games are about drugs too, and topics about channels.
_FINE = frozenset(("drugs", "invite"))
# What somebody would have the chat say: a link, a handle, a phone number. Games end in .io, so that is none.
_ADDRESS = re.compile(
    r"//\w|\bwww\b|@\w|\w\.[a-z]{2,}/|[\w-](?:\s*[.。]\s*|\W+(?:dot|punto)\W+)"
    r"(?:com|net|org|gg|tv|ly|me|ru|xyz|info|link|site|app)\b|(?:\d[\s.-]?){9}",
    re.IGNORECASE,
)
# NFKC would spell them out: Pokémon™ is no PokémonTM.
_LEGAL_MARKS = dict.fromkeys(map(ord, "™℠®©"))
# The fillers of Hangul count as letters and show nothing.
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
