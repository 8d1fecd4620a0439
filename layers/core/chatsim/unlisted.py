"""Unlisted shows, played with a session token alone: nothing is written, start and pack version are in the id."""

from __future__ import annotations

import re
from hashlib import blake2b

from chatsim import builtin, packs
from chatsim.cursor import Cursor
from chatsim.errors import InvalidRequest
from chatsim.names import Lang, Name
from chatsim.pace import Pace
from chatsim.packs import Pack, PackRef
from chatsim.records import LONGEST_MS
from chatsim.shelf import Shelf, best_pack
from chatsim.show import ENGINE, Show

_ID = re.compile(r"u(\d{1,14})-([0-9a-z]{1,32})", re.ASCII)


def pack_of(shelf: Shelf, name: Name, lang: Lang, at: Cursor | None, now_ms: int) -> Pack | None:
    """The best pack for a show that begins; for one that goes on the version its id names, None when that is gone."""
    if at is None:
        return best_pack(shelf, name, lang, now_ms)
    _, version = _begun(at, now_ms)
    stored = PackRef(packs.key(name.mode, lang, name.key), version, "cache")
    return shelf.get(builtin.find(name, lang).ref._replace(version=version)) or shelf.get(stored)


def show_of(user: str, name: Name, lang: Lang, pace: Pace, pack: Pack, at: Cursor | None, now_ms: int) -> Show:
    """The show a request without a ticket follows: begun now, or when its cursor says.

    Raises InvalidRequest for a cursor that is no unlisted show's, lies in the future, or is of a show that has ended
    (12 h).
    """
    started_at = _begun(at, now_ms)[0] if at else now_ms
    digest = blake2b(f"{user}/{name.slot}/{lang}/{started_at}".encode(), digest_size=6).digest()
    seed = int.from_bytes(digest, "big")
    return Show(
        id=f"u{started_at}-{pack.ref.version}",
        number=0,
        engine=ENGINE,
        seed=seed,
        cast_seed=seed,
        game=name.key,
        display_name=name.display,
        mode=name.mode,
        lang=lang,
        pace=pace,
        started_at=started_at,
        pack=pack.ref,
    )


def _begun(at: Cursor, now_ms: int) -> tuple[int, str]:
    found = _ID.fullmatch(at.show)
    if not found or not now_ms - LONGEST_MS < int(found[1]) <= now_ms:
        raise InvalidRequest("cursor")
    return int(found[1]), found[2]
