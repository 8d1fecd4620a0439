"""A user's games and topics: the slots, and the phrases that come with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chatsim import builtin, popular
from chatsim.errors import InvalidName, InvalidRequest
from chatsim.names import Lang, Mode, Name
from chatsim.packs import Pack
from chatsim.records import Account, Slot
from chatsim.store import Store


@dataclass(frozen=True)
class Found:
    """The pack at hand; `pending` while a better one is being made, `retry_after_ms` when to ask for it."""

    pack: Pack
    pending: bool = False
    retry_after_ms: int = 0


@dataclass(frozen=True)
class Added:
    """A game in its slot, with what was found for it."""

    name: Name
    lang: Lang
    found: Found
    account: Account


@dataclass(frozen=True)
class Wanted:
    """A game to keep, in place of another where one is named. `genre` is what its streamer said of it."""

    name: Name
    lang: Lang
    replace: Name | None = None
    genre: str = ""


def add(store: Store, user: str, wanted: Wanted, find: Callable[[], Found], *, max_slots: int, now_ms: int) -> Added:
    """Reserve a slot (or take the place of another game), then find the phrases, which may take a while. A game that
    is new to the user counts as asked for.

    Raises LimitReached when all slots are taken, InvalidRequest when the game to replace is not there, and InvalidName
    from `find`, with the slots as they were before.
    """
    before = store.account(user, consistent=True)
    known = next((slot for slot in before.slots if slot.member == wanted.name.slot), None)
    _reserve(store, user, wanted, known or _slot(wanted, None, now_ms), max_slots)
    try:
        found = _as_told(find(), wanted, wanted.genre or (known.genre if known else ""))
    except InvalidName:
        _restore(store, user, wanted, before, max_slots)
        raise
    _reserve(store, user, wanted, _slot(wanted, found.pack, known.at if known else now_ms), max_slots)
    if not known:
        popular.note(store, wanted.name, wanted.lang, now_ms)
    return Added(wanted.name, wanted.lang, found, store.account(user, consistent=True))


def remove(store: Store, user: str, name: Name) -> Account:
    store.free_slot(user, name.slot)
    return store.account(user, consistent=True)


def replaced(account: Account, key: str, mode: Mode) -> Mode:
    """The mode of the slot named `key`: the one it is kept under, the new game's own where both exist."""
    modes = [slot.mode for slot in account.slots if slot.game == key]
    return mode if mode in modes or not modes else modes[0]


def _slot(wanted: Wanted, pack: Pack | None, at: int) -> Slot:
    name = wanted.name
    source, genre = (pack.ref.source, pack.ref.genre) if pack else ("generic", "")
    return Slot(name.mode, name.key, name.display, wanted.lang, source, genre, at)


def _as_told(found: Found, wanted: Wanted, genre: str) -> Found:
    """A pack that knows nothing of the game gives way to that of the genre its streamer named."""
    if found.pack.ref.source != "generic":
        return found
    return replace(found, pack=builtin.find(wanted.name, wanted.lang, genre))


def _reserve(store: Store, user: str, wanted: Wanted, slot: Slot, max_slots: int) -> None:
    if wanted.replace is None:
        store.reserve_slot(user, slot, max_slots)
    elif not store.swap_slot(user, wanted.replace.slot, slot):
        raise InvalidRequest("replace_missing", game=wanted.replace.display)


def _restore(store: Store, user: str, wanted: Wanted, before: Account, max_slots: int) -> None:
    """A name that is none keeps only the slot it had, and what it replaced comes back."""
    known = any(slot.member == wanted.name.slot for slot in before.slots)
    given_up = next((s for s in before.slots if wanted.replace and s.member == wanted.replace.slot), None)
    if given_up and known:
        store.reserve_slot(user, given_up, max_slots)
    elif given_up:
        store.swap_slot(user, wanted.name.slot, given_up)
    elif not known:
        store.free_slot(user, wanted.name.slot)
