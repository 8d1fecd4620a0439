"""The store in memory: for tests and tools, in one process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import RLock
from typing import Any

from chatsim.errors import LimitReached
from chatsim.names import Lang, Name
from chatsim.packs import Pack, PackRef
from chatsim.records import Account, Asked, Current, Head, Slot, State, StreamKey
from chatsim.show import Show
from chatsim.ticket import TicketKeys
from chatsim.waves import Wave


class MemoryStore:
    def __init__(self) -> None:
        self._lock = RLock()
        self._accounts: dict[str, Account] = {}
        self._numbers: Counter[str] = Counter()
        self._owners: dict[str, str] = {}
        self._packs: dict[tuple[str, str], Pack] = {}
        self._heads: dict[str, Head] = {}
        self._leads: dict[str, tuple[str, int]] = {}
        self._leases: dict[str, tuple[str, int]] = {}
        self._keys: TicketKeys | None = None
        self._counts: Counter[tuple[str, int, int]] = Counter()
        self._asked: dict[tuple[int, str, str], Asked] = {}
        self._origins: tuple[str, ...] = ()

    def account(self, user: str, *, consistent: bool = False) -> Account:
        with self._lock:
            return self._accounts.get(user, Account())

    def _set(self, user: str, **changes: Any) -> None:
        self._accounts[user] = self.account(user)._replace(**changes)

    def _set_slots(self, user: str, slots: Iterable[Slot]) -> tuple[Slot, ...]:
        by_age = tuple(sorted(slots, key=lambda slot: (slot.at, slot.member)))
        self._set(user, slots=by_age)
        return by_age

    def reserve_slot(self, user: str, slot: Slot, max_slots: int) -> tuple[Slot, ...]:
        with self._lock:
            slots = self.account(user).slots
            if any(kept.member == slot.member for kept in slots):
                return slots
            if len(slots) >= max_slots:
                raise LimitReached(self.account(user).games, max_slots)
            return self._set_slots(user, [*slots, slot])

    def update_slot(self, user: str, slot: Slot) -> tuple[Slot, ...]:
        with self._lock:
            slots = self.account(user).slots
            return self._set_slots(user, [slot if kept.member == slot.member else kept for kept in slots])

    def swap_slot(
        self, user: str, old: str, slot: Slot, seen: tuple[Slot, ...] | None = None
    ) -> tuple[Slot, ...] | None:
        with self._lock:
            slots = self.account(user).slots
            if not {old, slot.member} & {kept.member for kept in slots}:
                return None
            others = [kept for kept in slots if kept.member not in (old, slot.member)]
            return self._set_slots(user, [*others, slot])

    def free_slot(self, user: str, member: str) -> tuple[Slot, ...]:
        with self._lock:
            return self._set_slots(user, [kept for kept in self.account(user).slots if kept.member != member])

    def start_show(self, user: str, show: Show, until: int) -> Show:
        with self._lock:
            current = self.account(user).current
            if current and current.show.id == show.id:
                return current.show
            self._numbers[user] += 1
            numbered = show._replace(number=self._numbers[user])
            self._set(user, current=Current(numbered, "live", until))
            return numbered

    def keep_show(self, user: str, now_ms: int, until: int) -> Current | None:
        with self._lock:
            current = self.account(user).current
            if not current or current.state == "stopped" or now_ms >= current.until:
                return None
            self._set(user, current=current._replace(until=until))
            return self.account(user).current

    def set_state(self, user: str, show_id: str, state: State) -> Current | None:
        with self._lock:
            current = self.account(user).current
            if not current or current.show.id != show_id or (state == "paused" and current.state == "stopped"):
                return None
            self._set(user, current=current._replace(state=state))
            return self.account(user).current

    def set_waves(self, user: str, show_id: str, waves: tuple[Wave, ...]) -> bool:
        with self._lock:
            current = self.account(user).current
            if not current or current.show.id != show_id or current.state != "live":
                return False
            if waves != current.waves and waves[-1].no != (current.waves[-1].no if current.waves else 0) + 1:
                return False
            self._set(user, current=current._replace(waves=waves))
            return True

    def key_owner(self, key_hash: str) -> str | None:
        with self._lock:
            return self._owners.get(key_hash)

    def put_key(self, user: str, key: StreamKey) -> None:
        with self._lock:
            self._owners[key.hash] = user
            self._set(user, key=key)

    def set_look(self, user: str, generation: str, *, look: dict[str, Any] | None, test: dict[str, Any] | None) -> bool:
        with self._lock:
            key = self.account(user).key
            if not key or key.generation != generation:
                return False
            new_look = key.look if look is None else look
            self._set(user, key=key._replace(look=new_look, test=key.test if test is None else test))
            return True

    def set_seen(self, user: str, generation: str, now_ms: int) -> None:
        with self._lock:
            key = self.account(user).key
            if key and key.generation == generation:
                self._set(user, key=key._replace(seen_at=now_ms))

    def drop_key(self, user: str) -> None:
        with self._lock:
            self._set(user, key=None)

    def pack(self, ref: PackRef) -> Pack | None:
        with self._lock:
            kept = self._packs.get((ref.id, ref.version))
            return kept and kept._replace(ref=ref)

    def head(self, pack_key: str, *, consistent: bool = False) -> Head:
        with self._lock:
            return self._heads.get(pack_key, Head())

    def lead(self, pack_key: str, owner: str, now_ms: int, until_ms: int, *, due_ms: int | None = None) -> int | None:
        with self._lock:
            head = self.head(pack_key)
            leader, fence = self._leads.get(pack_key, ("", 0))
            held = now_ms < head.lease_until and leader != owner
            fresh = (now_ms if due_ms is None else due_ms) < head.fresh_until
            if held or fresh or now_ms < head.rest_until:
                return None
            self._leads[pack_key] = (owner, fence + 1)
            self._heads[pack_key] = head._replace(lease_until=until_ms)
            return fence + 1

    def put_pack(self, pack_key: str, pack: Pack, fence: int, *, fresh_until: int, stale_until: int) -> bool:
        with self._lock:
            self._packs[pack_key, pack.ref.version] = pack
            if self._leads.get(pack_key, ("", 0))[1] != fence:
                return False
            self._heads[pack_key] = Head(pack.ref._replace(source="cache"), fresh_until, stale_until)
            return True

    def rest_pack(self, pack_key: str, fence: int, until_ms: int, failures: int, *, refused: bool) -> None:
        with self._lock:
            if self._leads.get(pack_key, ("", 0))[1] == fence:
                rested = {"lease_until": 0, "rest_until": until_ms, "failures": failures, "refused": refused}
                self._heads[pack_key] = self.head(pack_key)._replace(**rested)  # type: ignore[arg-type]

    def take(self, name: str, owner: str, now_ms: int, until_ms: int) -> bool:
        with self._lock:
            holder, until = self._leases.get(name, ("", 0))
            if now_ms < until and holder != owner:
                return False
            self._leases[name] = (owner, until_ms)
            return True

    def give_back(self, name: str, owner: str) -> None:
        with self._lock:
            if self._leases.get(name, ("", 0))[0] == owner:
                del self._leases[name]

    def ticket_keys(self) -> TicketKeys | None:
        with self._lock:
            return self._keys

    def add_ticket_keys(self, keys: TicketKeys) -> TicketKeys:
        with self._lock:
            self._keys = self._keys or keys
            return self._keys

    def origins(self) -> tuple[str, ...]:
        return self._origins

    def set_origins(self, origins: tuple[str, ...]) -> None:
        with self._lock:
            self._origins = origins

    def count(self, who: str, window: int, window_s: int) -> int:
        with self._lock:
            self._counts[who, window, window_s] += 1
            return self._counts[who, window, window_s]

    def note_asked(self, week: int, name: Name, lang: Lang) -> None:
        with self._lock:
            before = self._asked.get((week, lang, name.slot))
            times = before.times + 1 if before else 1
            self._asked[week, lang, name.slot] = Asked(name.mode, lang, name.key, name.display, times)

    def asked(self, week: int) -> tuple[Asked, ...]:
        with self._lock:
            return tuple(asked for (noted, _, _), asked in self._asked.items() if noted == week)
