"""A user's games and topics: the slots, and the phrases that come with them."""

from __future__ import annotations

from dataclasses import dataclass

from chatsim.errors import InvalidRequest
from chatsim.names import Lang, Mode, Name
from chatsim.packs import Pack
from chatsim.records import Account, Slot
from chatsim.shelf import Shelf, best_pack
from chatsim.store import Store


@dataclass(frozen=True)
class Added:
    """A game in its slot, with the pack that is at hand for it."""

    name: Name
    lang: Lang
    pack: Pack
    account: Account


def add(
    store: Store, shelf: Shelf, user: str, name: Name, lang: Lang, *, replace: Name | None, max_slots: int, now_ms: int
) -> Added:
    """Reserve a slot (or take the place of another game) and find the phrases.

    Raises LimitReached when all slots are taken, InvalidRequest when the game to replace is not there.
    """
    pack = best_pack(store, shelf, name, lang, now_ms)
    slot = Slot(name.mode, name.key, name.display, lang, pack.ref.source, pack.ref.genre, now_ms)
    if replace is None:
        store.reserve_slot(user, slot, max_slots)
    elif not store.swap_slot(user, replace.slot, slot):
        raise InvalidRequest("replace_missing", game=replace.display)
    return Added(name, lang, pack, store.account(user, consistent=True))


def remove(store: Store, user: str, name: Name) -> Account:
    store.free_slot(user, name.slot)
    return store.account(user, consistent=True)


def replaced(account: Account, key: str, mode: Mode) -> Mode:
    """The mode of the slot named `key`: the one it is kept under, the new game's own where both exist."""
    modes = [slot.mode for slot in account.slots if slot.game == key]
    return mode if mode in modes or not modes else modes[0]
