"""Packs at hand: built-in ones from the files, stored ones read once and kept in memory."""

from __future__ import annotations

from chatsim import builtin, packs
from chatsim.names import Lang, Name
from chatsim.packs import Pack, PackRef
from chatsim.records import Head
from chatsim.store import StoreReader

KEPT = 64


class Shelf:
    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self._kept: dict[tuple[str, str], Pack] = {}

    def get(self, ref: PackRef) -> Pack | None:
        """The pack a show pinned; None when that version is gone."""
        if not ref.stored:
            return builtin.pinned(ref)
        place = (ref.id, ref.version)
        pack = self._kept.get(place) or self._reader.pack(ref)
        if pack:
            self._kept[place] = pack
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        return pack


def best_pack(reader: StoreReader, shelf: Shelf, name: Name, lang: Lang, now_ms: int, told: str = "") -> Pack:
    """What a new show speaks from: a stored pack that is not out of date, else the best built-in one.

    `told`: the genre the streamer named, as in `builtin.find`.
    """
    return at_hand(reader.head(packs.key(name.mode, lang, name.key)), shelf, name, lang, now_ms, told)


def at_hand(head: Head, shelf: Shelf, name: Name, lang: Lang, now_ms: int, told: str = "") -> Pack:
    """The same, for who has read the head of the game's packs already."""
    ref = head.at_hand(now_ms)
    return (ref and shelf.get(ref)) or builtin.find(name, lang, told)
