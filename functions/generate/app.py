"""The door that makes phrases: a slot for the game, and the best pack at hand."""

from __future__ import annotations

from typing import Any

from chatsim import builtin, games, names
from chatsim.errors import InvalidRequest
from chatsim.names import Mode, Name
from chatsim_web import answers, services
from chatsim_web.door import Door, reply

door = Door("generate")
handler = door.handler


@door.routes.post("/api/generate-phrases")
def add_game() -> Any:
    user, body = services.caller(door.headers()), door.body()
    mode, lang = names.mode_of(body.get("mode")), names.lang_of(body.get("lang"))
    max_slots = services.settings().slots_per_user
    found = games.add(
        services.store(),
        services.shelf(),
        user,
        builtin.named(body.get("gameName"), mode),
        lang,
        replace=replaced(user, body["replace"], mode) if body.get("replace") is not None else None,
        max_slots=max_slots,
        now_ms=services.now_ms(),
    )
    door.count(f"Pack{found.pack.ref.source.capitalize()}")
    return reply(answers.added(found, max_slots))


def replaced(user: str, value: object, mode: Mode) -> Name:
    """The slot to give up, which may be of the other mode."""
    if not isinstance(value, str):
        raise InvalidRequest("name_type")
    account = services.store().account(user, consistent=True)
    return builtin.named(value, games.replaced(account, names.name_of(value, "justchatting").key, mode))


services.warm()
