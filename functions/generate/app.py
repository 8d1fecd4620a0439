"""The door that makes phrases: a slot for the game, and the best pack there is or can be made."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from chatsim import builtin, games, names
from chatsim.errors import InvalidName
from chatsim.games import Wanted
from chatsim_ai.current import CurrentWriter
from chatsim_ai.filter import offensive
from chatsim_ai.generator import Allowance, Generator
from chatsim_ai.writer import Written
from chatsim_web import answers, measures, services
from chatsim_web.door import Door, reply
from chatsim_web.secrets import Secrets

door = Door("generate")
handler = door.handler


@door.routes.post("/api/generate-phrases")
def add_game() -> Any:
    user, body = services.caller(door.headers(), door.address()), door.body()
    mode, lang = names.mode_of(body.get("mode")), names.lang_of(body.get("lang"))
    genre = builtin.genre_named(body.get("genre"))
    name = builtin.named(body.get("gameName"), mode)
    if offensive(name.display):
        raise InvalidName(mode)
    added = games.add(
        services.store(),
        user,
        Wanted(name, lang, body.get("replace"), genre),
        lambda: generator().pack_for(user, name, lang),
        max_slots=services.settings().slots_per_user,
        now_ms=services.now_ms(),
    )
    measures.emit(added.found.pack.ref.source, {"Packs": 1})
    return reply(answers.added(added, services.settings().slots_per_user))


@cache
def writer() -> CurrentWriter:
    keys = Secrets(os.environ["AI_KEYS"], services.now_ms)
    return CurrentWriter(os.environ, keys, measures.provider_turn)


@cache
def generator() -> Generator:
    allowance = Allowance.from_env(os.environ)
    return Generator(services.store(), services.shelf(), writer(), allowance, services.now_ms, written)


def written(pack: Written) -> None:
    """How much of an answer was worth keeping."""
    door.note("pack written", dropped=pack.dropped, toppedUp=pack.topped_up, salvaged=pack.salvaged)


services.warm(generator, writer().warm)
