"""Packs at hand: built-in ones from the files, stored ones read once and kept in memory."""

from __future__ import annotations

from chatsim import builtin, packs
from chatsim.names import Lang, Name
from chatsim.packs import Pack, PackRef
from chatsim.records import Head
from chatsim.remembered import LIFE_MS, keep
from chatsim.store import StoreReader


class Shelf:
    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self._kept: dict[tuple[str, str], Pack] = {}
        self._heads: dict[str, tuple[Head, int]] = {}

    def get(self, ref: PackRef) -> Pack | None:
        """The pack a show pinned; None when that version is gone."""
        if not ref.stored:
            return builtin.pinned(ref)
        place = (ref.id, ref.version)
        pack = self._kept.get(place) or self._reader.pack(ref)
        if pack:
            keep(self._kept, place, pack)
        return pack

    def head(self, pack_key: str, now_ms: int) -> Head:
        """What is known of a game's stored packs, read anew each time unless a fresh one was there in the last minute.

        Nobody writes another while one is fresh, but to renew it in time: that is known a minute later. All else that
        a head may say (no pack, an old one, a lease, a rest) can be over at any moment.
        """
        head, read_at = self._heads.pop(pack_key, (Head(), 0))
        if not read_at <= now_ms < min(read_at + LIFE_MS, head.fresh_until):
            head, read_at = self._reader.head(pack_key), now_ms
        if now_ms < head.fresh_until:
            keep(self._heads, pack_key, (head, read_at))
        return head


def best_pack(shelf: Shelf, name: Name, lang: Lang, now_ms: int, told: str = "") -> Pack:
    """What a new show speaks from: the game's own built-in pack, a stored one that is not out of date, or the best
    built-in one.

    `told`: the genre the streamer named, as in `builtin.find`.
    """
    if builtin.speaks_for_itself(name, lang):
        return builtin.find(name, lang)
    return at_hand(shelf.head(packs.key(name.mode, lang, name.key), now_ms), shelf, name, lang, now_ms, told)


def at_hand(head: Head, shelf: Shelf, name: Name, lang: Lang, now_ms: int, told: str = "") -> Pack:
    """The same, for who has read the head of the game's packs already."""
    ref = head.at_hand(now_ms)
    return (ref and shelf.get(ref)) or builtin.find(name, lang, told)
