"""The store in one DynamoDB table, over the doors' `SignedClient` or boto3's client, which a deployment has.

Show, moments and look are JSON in one attribute each: they are written and read whole.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chatsim import packs
from chatsim.errors import LimitReached
from chatsim.names import Lang, Name
from chatsim.pace import Pace
from chatsim.packs import Pack, PackRef
from chatsim.records import Account, Asked, Current, Head, Slot, State, StreamKey, asdict
from chatsim.show import Show
from chatsim.ticket import TicketKeys
from chatsim.waves import Wave

Item = Mapping[str, dict[str, Any]]
T = TypeVar("T")

# A pinned pack outlives the day on which the last new show may pin it; shows live 12 h.
PACK_GRACE_S = 24 * 3600
COUNTER_LIFE_S = 300
# A week's counts are read in that week and the next one.
WEEK_S = 7 * 24 * 3600
ASKED_GRACE_S = 24 * 3600


class DynamoReader:
    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def account(self, user: str, *, consistent: bool = False) -> Account:
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": _s(f"USER#{user}")},
            ConsistentRead=consistent,
        )
        items = {item["sk"]["S"]: item for item in answer["Items"]}
        return Account(
            _map(items.get("SLOTS"), _slots) or (), _map(items.get("SHOW"), _current), _map(items.get("KEY"), _key)
        )

    def pack(self, ref: PackRef) -> Pack | None:
        item = self._get(ref.id, f"V#{ref.version}")
        return packs.load(_bytes(item["phrases"]), ref) if item else None

    def head(self, pack_key: str, *, consistent: bool = False) -> Head:
        return _map(self._get(pack_key, "HEAD", consistent=consistent), _head) or Head()

    def ticket_keys(self) -> TicketKeys | None:
        return _map(self._get("CONFIG", "TICKET_KEY"), _ticket_keys)

    def origins(self) -> tuple[str, ...]:
        item = self._get("CONFIG", "ORIGINS")
        return tuple(item["origins"]["SS"]) if item else ()

    def _get(self, pk: str, sk: str, *, consistent: bool = False) -> Item | None:
        answer = self._client.get_item(TableName=self._table, Key=_at(pk, sk), ConsistentRead=consistent)
        found: Item | None = answer.get("Item")
        return found


class DynamoStore(DynamoReader):
    # ── Slots ──
    def reserve_slot(self, user: str, slot: Slot, max_slots: int) -> tuple[Slot, ...]:
        done = self._update(
            _at(f"USER#{user}", "SLOTS"),
            "ADD slots :one SET #slot = if_not_exists(#slot, :slot)",
            "attribute_not_exists(slots) OR contains(slots, :member) OR size(slots) < :max",
            names={"#slot": slot.member},
            values={
                ":one": {"SS": [slot.member]},
                ":member": _s(slot.member),
                ":max": _n(max_slots),
                ":slot": _json(asdict(slot)),
            },
            returns="ALL_NEW",
        )
        if not done:
            raise LimitReached(self.account(user, consistent=True).games, max_slots)
        return _slots(done)

    def update_slot(self, user: str, slot: Slot) -> tuple[Slot, ...]:
        done = self._update(
            _at(f"USER#{user}", "SLOTS"),
            "SET #slot = :slot",
            "contains(slots, :member)",
            names={"#slot": slot.member},
            values={":member": _s(slot.member), ":slot": _json(asdict(slot))},
            returns="ALL_NEW",
        )
        return _slots(done) if done else self.account(user, consistent=True).slots

    def swap_slot(
        self, user: str, old: str, slot: Slot, seen: tuple[Slot, ...] | None = None
    ) -> tuple[Slot, ...] | None:
        """Read, then write on the condition that the set is still the one read; again when somebody was quicker."""
        while True:
            slots = self.account(user, consistent=True).slots if seen is None else seen
            members = [kept.member for kept in slots]
            if old not in members and slot.member not in members:
                return None
            wanted = sorted({*members} - {old} | {slot.member})
            done = self._update(
                _at(f"USER#{user}", "SLOTS"),
                "SET slots = :new, #new = :slot" + (" REMOVE #old" if old != slot.member else ""),
                "slots = :old OR slots = :new",
                names={"#new": slot.member, **({"#old": old} if old != slot.member else {})},
                values={":new": {"SS": wanted}, ":old": {"SS": members}, ":slot": _json(asdict(slot))},
                returns="ALL_NEW",
            )
            if done:
                return _slots(done)
            seen = None

    def free_slot(self, user: str, member: str) -> tuple[Slot, ...]:
        left = self._update(
            _at(f"USER#{user}", "SLOTS"),
            "DELETE slots :one REMOVE #slot",
            names={"#slot": member},
            values={":one": {"SS": [member]}},
            returns="ALL_NEW",
        )
        return _slots(left or {})

    # ── The show ──
    def start_show(self, user: str, show: Show, until: int) -> Show:
        where = _at(f"USER#{user}", "SHOW")
        done = self._update(
            where,
            "SET tag = :tag, #state = :live, #until = :until, #show = :show, waves = :waves, wave_no = :zero"
            " ADD #no :one",
            "attribute_not_exists(tag) OR tag <> :tag",
            names={"#state": "state", "#show": "show", "#no": "no", "#until": "until"},
            values={
                ":tag": _s(show.id),
                ":live": _s("live"),
                ":until": _n(until),
                ":show": _json(asdict(show)),
                ":waves": _json([]),
                ":zero": _n(0),
                ":one": _n(1),
            },
            returns="ALL_NEW",
        )
        item = done or self._get(where["pk"]["S"], where["sk"]["S"], consistent=True) or {}
        return show._replace(number=int(item["no"]["N"]))

    def keep_show(self, user: str, now_ms: int, until: int) -> Current | None:
        kept = self._update(
            _at(f"USER#{user}", "SHOW"),
            "SET #until = :until",
            "#until > :now AND #state <> :stopped",
            names={"#state": "state", "#until": "until"},
            values={":until": _n(until), ":now": _n(now_ms), ":stopped": _s("stopped")},
            returns="ALL_NEW",
        )
        return _map(kept, _current)

    def set_state(self, user: str, show_id: str, state: State) -> Current | None:
        pausing = state == "paused"
        changed = self._update(
            _at(f"USER#{user}", "SHOW"),
            "SET #state = :state",
            "tag = :tag AND #state <> :stopped" if pausing else "tag = :tag",
            names={"#state": "state"},
            values={":state": _s(state), ":tag": _s(show_id), **({":stopped": _s("stopped")} if pausing else {})},
            returns="ALL_NEW",
        )
        return _map(changed, _current)

    def set_waves(self, user: str, show_id: str, waves: tuple[Wave, ...]) -> bool:
        done = self._update(
            _at(f"USER#{user}", "SHOW"),
            "SET waves = :waves, wave_no = :no",
            "tag = :tag AND #state = :live AND (wave_no = :before OR waves = :waves)",
            names={"#state": "state"},
            values={
                ":waves": _json([asdict(wave) for wave in waves]),
                ":no": _n(waves[-1].no),
                ":before": _n(waves[-1].no - 1),
                ":tag": _s(show_id),
                ":live": _s("live"),
            },
        )
        return bool(done)

    # ── Stream keys: KEY#<hash> finds the user, USER#… says which one opens ──
    def key_owner(self, key_hash: str) -> str | None:
        item = self._get(f"KEY#{key_hash}", "KEY")
        return item["user"]["S"] if item else None

    def put_key(self, user: str, key: StreamKey) -> None:
        before = self.account(user, consistent=True).key
        self._put(_at(f"KEY#{key.hash}", "KEY") | {"user": _s(user)})
        fields = {
            "hash": _s(key.hash),
            "generation": _s(key.generation),
            "look": _json(key.look),
            "test": _json(key.test),
            "created_at": _n(key.created_at),
            "seen_at": _n(key.seen_at),
        }
        self._put(_at(f"USER#{user}", "KEY") | fields)
        if before and before.hash != key.hash:
            self._delete(f"KEY#{before.hash}", "KEY")

    def set_look(self, user: str, generation: str, *, look: dict[str, Any] | None, test: dict[str, Any] | None) -> bool:
        changes = {"look": look, "test": test}
        given = {name: value for name, value in changes.items() if value is not None}
        done = self._update(
            _at(f"USER#{user}", "KEY"),
            "SET " + ", ".join(f"#{name} = :{name}" for name in given),
            "#generation = :generation",
            names={f"#{name}": name for name in (*given, "generation")},
            values={f":{name}": _json(value) for name, value in given.items()} | {":generation": _s(generation)},
        )
        return bool(done)

    def set_seen(self, user: str, generation: str, now_ms: int) -> None:
        self._update(
            _at(f"USER#{user}", "KEY"),
            "SET #seen_at = :seen_at",
            "#generation = :generation",
            names={"#seen_at": "seen_at", "#generation": "generation"},
            values={":seen_at": _n(now_ms), ":generation": _s(generation)},
        )

    def drop_key(self, user: str) -> None:
        before = self.account(user, consistent=True).key
        self._delete(f"USER#{user}", "KEY")
        if before:
            self._delete(f"KEY#{before.hash}", "KEY")

    # ── Packs: one writer at a time, and each with a fence that a later one has passed ──
    def lead(self, pack_key: str, owner: str, now_ms: int, until_ms: int, *, due_ms: int | None = None) -> int | None:
        led = self._update(
            _at(pack_key, "HEAD"),
            "SET lease_owner = :me, lease_until = :until ADD fence :one",
            "(attribute_not_exists(lease_until) OR lease_until <= :now OR lease_owner = :me)"
            " AND (attribute_not_exists(fresh_until) OR fresh_until <= :due)"
            " AND (attribute_not_exists(rest_until) OR rest_until <= :now)",
            values={
                ":me": _s(owner),
                ":now": _n(now_ms),
                ":until": _n(until_ms),
                ":due": _n(now_ms if due_ms is None else due_ms),
                ":one": _n(1),
            },
        )
        return int(led["fence"]["N"]) if led else None

    def put_pack(self, pack_key: str, pack: Pack, fence: int, *, fresh_until: int, stale_until: int) -> bool:
        """The version first, then the head that names it: a head never names what is not there."""
        ttl = _n(stale_until // 1000 + PACK_GRACE_S)
        version = {"phrases": {"B": packs.dump(pack)}, "ttl": ttl}
        self._put(_at(pack_key, f"V#{pack.ref.version}") | version)
        done = self._update(
            _at(pack_key, "HEAD"),
            "SET #version = :version, genre = :genre, fresh_until = :fresh, stale_until = :stale, #ttl = :ttl"
            " REMOVE lease_owner, lease_until, rest_until, failures, refused",
            "fence = :fence",
            names={"#version": "version", "#ttl": "ttl"},
            values={
                ":version": _s(pack.ref.version),
                ":genre": _s(pack.ref.genre),
                ":fresh": _n(fresh_until),
                ":stale": _n(stale_until),
                ":ttl": ttl,
                ":fence": _n(fence),
            },
        )
        return bool(done)

    def rest_pack(self, pack_key: str, fence: int, until_ms: int, failures: int, *, refused: bool) -> None:
        self._update(
            _at(pack_key, "HEAD"),
            "SET rest_until = :until, failures = :failures, refused = :refused REMOVE lease_owner, lease_until",
            "fence = :fence",
            values={
                ":until": _n(until_ms),
                ":failures": _n(failures),
                ":refused": {"BOOL": refused},
                ":fence": _n(fence),
            },
        )

    # ── Leases by name ──
    def take(self, name: str, owner: str, now_ms: int, until_ms: int) -> bool:
        taken = self._update(
            _at(f"LEASE#{name}", "LEASE"),
            "SET lease_owner = :me, lease_until = :until, #ttl = :ttl",
            "attribute_not_exists(lease_until) OR lease_until <= :now OR lease_owner = :me",
            names={"#ttl": "ttl"},
            values={
                ":me": _s(owner),
                ":now": _n(now_ms),
                ":until": _n(until_ms),
                ":ttl": _n(until_ms // 1000 + COUNTER_LIFE_S),
            },
        )
        return bool(taken)

    def give_back(self, name: str, owner: str) -> None:
        self._update(
            _at(f"LEASE#{name}", "LEASE"),
            "REMOVE lease_owner, lease_until",
            "lease_owner = :me",
            values={":me": _s(owner)},
        )

    # ── Settings that live in the table ──
    def add_ticket_keys(self, keys: TicketKeys) -> TicketKeys:
        secrets = {key_id: b64encode(secret).decode() for key_id, secret in keys.secrets.items()}
        self._update(
            _at("CONFIG", "TICKET_KEY"),
            "SET #current = :current, secrets = :secrets",
            "attribute_not_exists(pk)",
            names={"#current": "current"},
            values={":current": _s(keys.current), ":secrets": _json(secrets)},
        )
        return _ticket_keys(self._get("CONFIG", "TICKET_KEY", consistent=True) or {})

    def set_origins(self, origins: tuple[str, ...]) -> None:
        self._update(_at("CONFIG", "ORIGINS"), "SET origins = :origins", values={":origins": {"SS": list(origins)}})

    def count(self, who: str, window: int, window_s: int) -> int:
        answer = self._update(
            _at(f"LIMIT#{who}#{window_s}#{window}", "COUNT"),
            "ADD #n :one SET #ttl = :ttl",
            names={"#n": "n", "#ttl": "ttl"},
            values={":one": _n(1), ":ttl": _n((window + 1) * window_s + COUNTER_LIFE_S)},
            returns="ALL_NEW",
        )
        return int(answer["n"]["N"]) if answer else 0

    # ── What is asked for, to be made before the next one asks ──
    def note_asked(self, week: int, name: Name, lang: Lang) -> None:
        self._update(
            _at(f"POPULAR#{week}", f"{name.mode}#{lang}#{name.key}"),
            "ADD times :one SET display_name = :display, #ttl = :ttl",
            names={"#ttl": "ttl"},
            values={":one": _n(1), ":display": _s(name.display), ":ttl": _n((week + 2) * WEEK_S + ASKED_GRACE_S)},
        )

    def asked(self, week: int) -> tuple[Asked, ...]:
        """A read per MB, some 8,000 games."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": _s(f"POPULAR#{week}")},
        }
        found: list[Asked] = []
        while True:
            page = self._client.query(**request)
            found += map(_asked, page["Items"])
            if "LastEvaluatedKey" not in page:
                return tuple(found)
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    # ── DynamoDB's own verbs ──
    def _update(
        self,
        key: dict[str, Any],
        update: str,
        condition: str = "",
        *,
        values: dict[str, Any],
        names: dict[str, str] | None = None,
        returns: str = "UPDATED_NEW",
    ) -> Item | None:
        """The attributes after the write; None when its condition did not hold."""
        request: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        if names:
            request["ExpressionAttributeNames"] = names
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=update,
                ExpressionAttributeValues=values,
                ReturnValues=returns,
                **request,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        written: Item = answer.get("Attributes", {}) or key
        return written

    def _put(self, item: dict[str, Any]) -> None:
        self._client.put_item(TableName=self._table, Item=item)

    def _delete(self, pk: str, sk: str) -> None:
        self._client.delete_item(TableName=self._table, Key=_at(pk, sk))


def _at(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": _s(pk), "sk": _s(sk)}


def _s(text: str) -> dict[str, str]:
    return {"S": text}


def _n(number: int) -> dict[str, str]:
    return {"N": str(number)}


def _json(value: Any) -> dict[str, str]:
    return _s(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _bytes(attribute: dict[str, Any]) -> bytes:
    """boto3 hands binary over as bytes, the wire's own JSON as base64."""
    raw = attribute["B"]
    return raw if isinstance(raw, bytes) else b64decode(raw)


def _map(item: Item | None, make: Callable[[Item], T]) -> T | None:
    return make(item) if item else None


def _slots(item: Item) -> tuple[Slot, ...]:
    members = item["slots"]["SS"] if "slots" in item else []
    kept = [Slot(**json.loads(item[member]["S"])) for member in members]
    return tuple(sorted(kept, key=lambda slot: (slot.at, slot.member)))


def _current(item: Item) -> Current:
    fields = json.loads(item["show"]["S"])
    fields |= {"pace": Pace(**fields["pace"]), "pack": PackRef(**fields["pack"]), "number": int(item["no"]["N"])}
    waves = tuple(Wave(**wave) for wave in json.loads(item["waves"]["S"]))
    state: State = item["state"]["S"]
    return Current(Show(**fields), state, int(item["until"]["N"]), waves)


def _key(item: Item) -> StreamKey:
    look, test = json.loads(item["look"]["S"]), json.loads(item["test"]["S"])
    times = {name: int(item[name]["N"]) for name in ("created_at", "seen_at") if name in item}
    return StreamKey(item["hash"]["S"], item["generation"]["S"], look, test, **times)


def _asked(item: Item) -> Asked:
    mode, lang, game = item["sk"]["S"].split("#", 2)
    display_name, times = item["display_name"]["S"], int(item["times"]["N"])
    return Asked(mode, lang, game, display_name, times)


def _head(item: Item) -> Head:
    def number(name: str) -> int:
        return int(item[name]["N"]) if name in item else 0

    named = "version" in item
    return Head(
        ref=PackRef(item["pk"]["S"], item["version"]["S"], "cache", item["genre"]["S"]) if named else None,
        fresh_until=number("fresh_until"),
        stale_until=number("stale_until"),
        lease_until=number("lease_until"),
        rest_until=number("rest_until"),
        failures=number("failures"),
        refused="refused" in item and bool(item["refused"]["BOOL"]),
    )


def _ticket_keys(item: Item) -> TicketKeys:
    secrets = json.loads(item["secrets"]["S"])
    return TicketKeys(item["current"]["S"], {key_id: b64decode(secret) for key_id, secret in secrets.items()})
