"""What the product asks of its store. Two implementations keep the same contract test: `memory` and `dynamo`.

Every write but the counters is safe to repeat: a caller whose answer got lost may send it again.
"""

from __future__ import annotations

from typing import Any, Protocol

from chatsim.names import Lang, Name
from chatsim.packs import Pack, PackRef
from chatsim.records import Account, Asked, Current, Head, Slot, State, StreamKey
from chatsim.show import Show
from chatsim.ticket import TicketKeys
from chatsim.waves import Wave


class StoreReader(Protocol):
    """The part the stream door needs."""

    def account(self, user: str, *, consistent: bool = False) -> Account:
        """Slots (oldest first), show and key of a user, in one read."""

    def pack(self, ref: PackRef) -> Pack | None:
        """A stored pack in the very version named."""

    def head(self, pack_key: str, *, consistent: bool = False) -> Head:
        """What is known of a game's stored packs; an empty Head of a game nobody asked for."""

    def ticket_keys(self) -> TicketKeys | None: ...

    def origins(self) -> tuple[str, ...]:
        """Origins the deployment allows tokens from."""


class Store(StoreReader, Protocol):
    # Each tells the user's slots as they are then, oldest first.
    def reserve_slot(self, user: str, slot: Slot, max_slots: int) -> tuple[Slot, ...]:
        """Keep a game; one the user has already costs nothing, and stays as it was kept. Raises LimitReached."""

    def update_slot(self, user: str, slot: Slot) -> tuple[Slot, ...]:
        """Say anew what is known of a game that is kept; one that was given up stays given up."""

    def swap_slot(
        self, user: str, old: str, slot: Slot, seen: tuple[Slot, ...] | None = None
    ) -> tuple[Slot, ...] | None:
        """Put a game in another's place (`old` is a slot's member) in one write; None when neither is there.

        `seen`: the slots as they were just read, to save reading them again.
        """

    def free_slot(self, user: str, member: str) -> tuple[Slot, ...]:
        """Give a slot back; one that is free already stays free."""

    def start_show(self, user: str, show: Show, until: int) -> Show:
        """Make this the user's newest show and give it its number."""

    def keep_show(self, user: str, now_ms: int, until: int) -> Current | None:
        """Push the end of the newest show while that runs or pauses: the show; None, and nothing done, else."""

    def set_state(self, user: str, show_id: str, state: State) -> Current | None:
        """Stop a show, or pause one that is not stopped: the show; None, and nothing done, to any other."""

    def set_waves(self, user: str, show_id: str, waves: tuple[Wave, ...]) -> bool:
        """Keep a live show's moments; False unless the last of them is the next one of that show, or all are kept."""

    def key_owner(self, key_hash: str) -> str | None:
        """The user a stream key was made for, whether or not it still opens anything."""

    def put_key(self, user: str, key: StreamKey) -> None:
        """Make this the user's one stream key."""

    def set_look(self, user: str, generation: str, *, look: dict[str, Any] | None, test: dict[str, Any] | None) -> bool:
        """Keep an overlay's look, or a test message; False when the user has no such key."""

    def set_seen(self, user: str, generation: str, now_ms: int) -> None:
        """An overlay came with the key of this generation; nothing to note when the user has no such key."""

    def drop_key(self, user: str) -> None: ...

    def lead(self, pack_key: str, owner: str, now_ms: int, until_ms: int, *, due_ms: int | None = None) -> int | None:
        """The lease on a game's next pack: its fence; None while another holds it, a pack is fresh or a rest lasts.

        `due_ms`: a pack that will not be fresh any more by then counts as old already; `now_ms` where it is not told.
        """

    def put_pack(self, pack_key: str, pack: Pack, fence: int, *, fresh_until: int, stale_until: int) -> bool:
        """Make this the newest version and end the lease; False when somebody else has led since."""

    def rest_pack(self, pack_key: str, fence: int, until_ms: int, failures: int, *, refused: bool) -> None:
        """End the lease without a pack: nobody generates until then."""

    def take(self, name: str, owner: str, now_ms: int, until_ms: int) -> bool:
        """A lease by name, for what few may do at once; False while another holds it."""

    def give_back(self, name: str, owner: str) -> None: ...

    def add_ticket_keys(self, keys: TicketKeys) -> TicketKeys:
        """Keep these unless there are some already; the ones that count."""

    def set_origins(self, origins: tuple[str, ...]) -> None:
        """Where the site answers, at least one; written by the deployment."""

    def count(self, who: str, window: int, window_s: int) -> int:
        """How often this was called for `who` in a window of time (the n-th since the epoch), this call included."""

    def note_asked(self, week: int, name: Name, lang: Lang) -> None:
        """Somebody newly keeps this game or topic, in a week (the n-th since the epoch)."""

    def asked(self, week: int) -> tuple[Asked, ...]:
        """All that was noted in a week, in no order."""
