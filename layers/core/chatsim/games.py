"""A user's games and topics: the slots, and the phrases that come with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chatsim import builtin, names, popular
from chatsim.errors import InvalidName, InvalidRequest
from chatsim.names import Lang, Name
from chatsim.packs import Pack
from chatsim.records import Slot
from chatsim.store import Store


class Found(NamedTuple):
    """The pack at hand; `pending` while a better one is being made, `retry_after_ms` when to ask for it.

    `make`: where a better one may be made now, which may take a while. It raises InvalidName for a name that is none.
    """

    pack: Pack
    pending: bool = False
    retry_after_ms: int = 0
    make: Callable[[], Found] | None = None

    def made(self) -> Found:
        """The best there can be by now."""
        return self.make() if self.make else self


class Added(NamedTuple):
    """A game in its slot, with what was found for it."""

    name: Name
    lang: Lang
    found: Found
    slots: tuple[Slot, ...]


class Wanted(NamedTuple):
    """A game to keep, in place of another where one is named, as its streamer typed it: it may be of the other mode.

    `genre` is what they said of the game.
    """

    name: Name
    lang: Lang
    replace: str | None = None
    genre: str = ""


class _Place(NamedTuple):
    """A slot as it is kept, among all of the user's; `new` to them, and in place of `given_up`."""

    slot: Slot
    slots: tuple[Slot, ...]
    new: bool
    given_up: Slot | None = None


def add(store: Store, user: str, wanted: Wanted, find: Callable[[], Found], *, max_slots: int, now_ms: int) -> Added:
    """Reserve a slot with the pack at hand (or take the place of another game), then have a better one made where that
    may be. A game that is new to the user counts as asked for, if anybody could ever make a pack of it.

    Raises LimitReached when all slots are taken and InvalidRequest when the game to replace is not there, before
    anything is made; and InvalidName from `find` or from making, with the slots as they were before.
    """
    found = find()
    slot = _slot(wanted, _as_told(found, wanted, wanted.genre), now_ms)
    place = _reserved(store, user, slot, max_slots) if wanted.replace is None else _swapped(store, user, slot, wanted)
    try:
        found = _as_told(found.made(), wanted, wanted.genre or place.slot.genre)
    except InvalidName:
        _give_back(store, user, place, max_slots)
        raise
    known = _slot(wanted, found, place.slot.at)
    slots = place.slots if known == place.slot else store.update_slot(user, known)
    if place.new and not builtin.speaks_for_itself(wanted.name, wanted.lang):
        popular.note(store, wanted.name, wanted.lang, now_ms)
    return Added(wanted.name, wanted.lang, found, slots)


def remove(store: Store, user: str, name: Name) -> tuple[Slot, ...]:
    return store.free_slot(user, name.slot)


def _slot(wanted: Wanted, found: Found, at: int) -> Slot:
    name, ref = wanted.name, found.pack.ref
    return Slot(name.mode, name.key, name.display, wanted.lang, ref.source, ref.genre, at)


def _as_told(found: Found, wanted: Wanted, genre: str) -> Found:
    """A pack that knows nothing of the game gives way to that of the genre its streamer named."""
    if found.pack.ref.source != "generic":
        return found
    return found._replace(pack=builtin.find(wanted.name, wanted.lang, genre))


def _reserved(store: Store, user: str, slot: Slot, max_slots: int) -> _Place:
    slots = store.reserve_slot(user, slot, max_slots)
    kept = next(each for each in slots if each.member == slot.member)
    return _Place(kept, slots, new=kept == slot)


def _swapped(store: Store, user: str, slot: Slot, wanted: Wanted) -> _Place:
    before = store.account(user, consistent=True).slots
    old = _named(before, wanted)
    kept = next((each for each in before if each.member == slot.member), slot)
    slots = store.swap_slot(user, old.slot, kept, before)
    if slots is None:
        raise InvalidRequest("replace_missing", game=old.display)
    given_up = next((each for each in before if each.member == old.slot), None)
    return _Place(kept, slots, kept not in before, given_up)


def _named(slots: tuple[Slot, ...], wanted: Wanted) -> Name:
    """The game to replace, of the mode it is kept under: the new game's own where both exist."""
    key, mode = names.name_of(wanted.replace, "justchatting").key, wanted.name.mode
    modes = [slot.mode for slot in slots if slot.game == key]
    return builtin.named(wanted.replace, mode if mode in modes or not modes else modes[0])


def _give_back(store: Store, user: str, place: _Place, max_slots: int) -> None:
    """A name that is none keeps only the slot it had, and what it replaced comes back."""
    if place.given_up and not place.new:
        store.reserve_slot(user, place.given_up, max_slots)
    elif place.given_up:
        store.swap_slot(user, place.slot.member, place.given_up)
    elif place.new:
        store.free_slot(user, place.slot.member)
