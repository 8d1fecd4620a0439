"""The API's everyday door: slots, shows, moments, stream keys, health."""

from __future__ import annotations

import re
from typing import Any

from chatsim import builtin, cursor, games, keys, limits, names, pace, stage, stream, ticket, waves
from chatsim.errors import InvalidRequest
from chatsim.pace import Pace
from chatsim.records import State
from chatsim.show import Show
from chatsim.stage import Wish
from chatsim.ticket import Ticket
from chatsim_web import answers, measures, services
from chatsim_web.door import Door, reply

door = Door("api")
routes = door.routes
handler = door.handler

PRESS_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def caller() -> str:
    return services.caller(door.headers(), door.address())


# ── Games and topics ──
@routes.get("/api/generate-phrases")
def list_slots() -> Any:
    kept = services.store().account(caller(), consistent=True).slots
    return reply(answers.slots(kept, services.settings()))


@routes.delete("/api/generate-phrases")
def free_slot() -> Any:
    user = caller()
    name = builtin.named(door.query("game"), names.mode_of(door.query("mode")))
    left = games.remove(services.store(), user, name)
    return reply(answers.slots(left, services.settings()))


# ── Shows ──
@routes.post("/api/chat-ticket")
def start_show() -> Any:
    user, now = caller(), services.now_ms()
    show = stage.start(services.store(), services.shelf(), user, wish_of(door.body()), now)
    measures.emit("api", {"ShowsStarted": 1})
    return show_answer(user, show, "live", now)


@routes.get("/api/chat-ticket")
def join_show() -> Any:
    key = door.headers().get("x-stream-key")
    if key is not None:
        return overlay_answer(key)
    user, now = caller(), services.now_ms()
    current = stage.join(services.store(), user, now)
    return show_answer(user, current.show, current.state_at(now), now)


@routes.delete("/api/chat-ticket")
def end_show() -> Any:
    user, now = caller(), services.now_ms()
    current = stage.end(services.store(), user, pause=door.query("pause") == "1")
    return reply({"success": True, "show": answers.show(current.show, current.state_at(now)) if current else None})


@routes.post("/api/chat-wave")
def press_moment() -> Any:
    user, body = caller(), door.body()
    kind, press_id = waves.type_of(body.get("type")), body.get("id")
    if not isinstance(press_id, str) or not PRESS_ID.fullmatch(press_id):
        raise InvalidRequest("wave_id")
    moment = stage.press(services.store(), services.shelf(), user, kind, press_id, services.now_ms())
    return reply(answers.burst(moment))


# ── Stream keys ──
@routes.get("/api/stream-key")
def describe_stream_key() -> Any:
    """Whether there is one, with its look and when OBS last came with it; never the key itself."""
    now = services.now_ms()
    return reply(answers.stream_key(services.store().account(caller(), consistent=True).key, now))


@routes.post("/api/stream-key")
def new_stream_key() -> Any:
    now = services.now_ms()
    key = keys.create(services.store(), caller(), now)
    return reply({"success": True, "key": key, "url": f"{origin()}/overlay#k={key}", "createdAt": now})


@routes.put("/api/stream-key")
def change_overlay() -> Any:
    """Saves the overlay's look (`{"look": {…}}`) or sends it a test message (`{"test": true}`)."""
    user, body = caller(), door.body()
    if body.get("test") is True:
        keys.send_test(services.store(), user, services.now_ms())
        return reply({"success": True})
    return reply({"success": True, "look": keys.save_look(services.store(), user, body.get("look"))})


@routes.delete("/api/stream-key")
def revoke_stream_key() -> Any:
    services.store().drop_key(caller())
    return reply({"success": True, "key": None})


# ── Health: whether this deployment can work, and what is missing by name ──
@routes.get("/api/health")
def health() -> Any:
    missing = list(services.auth_settings().missing(services.origins()()))
    return reply({"success": not missing, "status": "ok" if not missing else "incomplete", "missing": missing})


def wish_of(body: dict[str, Any]) -> Wish:
    mode = names.mode_of(body.get("mode"))
    after = cursor.parse(body["after"]) if body.get("after") is not None else None
    name, lang = builtin.named(body.get("gameName"), mode), names.lang_of(body.get("lang"))
    return Wish(name, lang, pace_of(body), after, builtin.genre_named(body.get("genre")))


def pace_of(body: dict[str, Any]) -> Pace:
    if body.get("pace") == "natural":
        return pace.natural(body.get("viewers"))
    if body.get("pace") not in (None, "fixed"):
        raise InvalidRequest("pace")
    settings = services.settings()
    return pace.fixed(body.get("min", settings.default_min_ms), body.get("max", settings.default_max_ms))


def show_answer(user: str, show: Show, state: State, now_ms: int) -> Any:
    pass_ = Ticket(user, "show", now_ms + ticket.LIFE_MS, show.id, show.number)
    signed = ticket.sign(pass_, services.ticket_keys()())
    return reply(answers.ticket(signed, pass_.expires_at, now_ms, answers.show(show, state)))


def overlay_answer(key: str) -> Any:
    """An overlay's ticket names its user and key, not a show: it follows whatever runs, and never starts one."""
    now = services.now_ms()
    user, account, opened = services.overlay(key, door.address())
    limits.check(services.store(), f"overlay#{user}", services.settings().requests_per_minute, now)
    keys.note_seen(services.store(), user, opened, now)
    current = account.current
    pass_ = Ticket(user, "overlay", now + ticket.LIFE_MS, generation=opened.generation)
    signed = ticket.sign(pass_, services.ticket_keys()())
    state = current.state_at(now) if current else "stopped"
    shown = answers.show(current.show, state) if current and state != "stopped" else None
    overlay = {"look": opened.look, "test": stream.test_line(opened, now)}
    return reply(answers.ticket(signed, pass_.expires_at, now, shown) | overlay)


def origin() -> str:
    """Where the page that asks lives, so that the link it shows is whole; nothing for an origin we do not know."""
    asked = door.headers().get("origin", "")
    return asked if asked in {*services.auth_settings().origins, *services.origins()()} else ""


services.warm()
