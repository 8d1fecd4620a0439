"""Packs: the phrases a chat speaks in, by category. Immutable; a pack is named by its id and version."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

from chatsim.names import Mode

Source = Literal["ai", "cache", "builtin", "genre", "generic"]

GAME_CATEGORIES = ("gameplay", "reactions", "questions", "emotes")
TOPIC_CATEGORIES = ("comments", "reactions", "questions", "emotes")


def categories(mode: Mode) -> tuple[str, str, str, str]:
    """The four categories of a mode, the one that is most of the talk first."""
    return TOPIC_CATEGORIES if mode == "justchatting" else GAME_CATEGORIES


class PackRef(NamedTuple):
    """What a show pins: where a pack comes from and which version of it.

    `id` is a built-in pack's path without its ending (`packs/es/genres/soulslike`) or, for a pack of the store, its
    partition key (`PACK#game#es#elden ring`).
    """

    id: str
    version: str
    source: Source
    genre: str = ""

    @property
    def stored(self) -> bool:
        return self.id.startswith("PACK#")


class Pack(NamedTuple):
    """`names`: of chatters who know the game, in a pack that an AI wrote; `short`: what a chat calls the game."""

    ref: PackRef
    phrases: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...] = ()
    short: str = ""

    def __hash__(self) -> int:
        return hash(self.ref)

    def filled(self, display_name: str) -> dict[str, list[str]]:
        """The phrases as they are spoken, the title in the places that name it."""
        return {category: [fill(p, display_name) for p in lines] for category, lines in self.phrases.items()}


def fill(phrase: str, display_name: str) -> str:
    return phrase.replace("{game}", display_name) if "{" in phrase else phrase


def version_of(text: str) -> str:
    """A version that changes exactly when the text does: 8 hexadecimal digits."""
    return blake2b(text.encode(), digest_size=4).hexdigest()


def dump(pack: Pack) -> bytes:
    """The stored form of a pack: gzip JSON, the same bytes for the same words."""
    return gzip.compress(json.dumps(_words(pack), ensure_ascii=False, sort_keys=True).encode(), mtime=0)


def load(raw: bytes, ref: PackRef) -> Pack:
    found = json.loads(gzip.decompress(raw))
    phrases = {category: tuple(lines) for category, lines in found["phrases"].items()}
    return Pack(ref, phrases, tuple(found["names"]))


def versioned(pack: Pack) -> Pack:
    """The same pack under the version that its words make."""
    version = version_of(json.dumps(_words(pack), ensure_ascii=False, sort_keys=True))
    return pack._replace(ref=pack.ref._replace(version=version))


def _words(pack: Pack) -> dict[str, Any]:
    return {"phrases": dict(pack.phrases), "names": pack.names}


def key(mode: Mode, lang: str, game: str) -> str:
    """The partition key of a game's packs in the store."""
    return f"PACK#{mode}#{lang}#{game}"
