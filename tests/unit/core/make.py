"""Shows, scripts and accounts for the tests of the domain."""

from collections.abc import Iterator
from typing import Any

from chatsim import builtin, pace, stream
from chatsim.cast import Chatter
from chatsim.cursor import Cursor
from chatsim.names import Name, name_of
from chatsim.packs import Pack, PackRef
from chatsim.show import ENGINE, Line, Script, Show
from chatsim.stream import Scene
from chatsim.voice import hand_of

NOW = 1_795_334_820_000

PACE = pace.fixed(3000, 7000)
PHRASES = {
    "gameplay": tuple(f"jugada {i} de {{game}}" for i in range(31)),
    "reactions": tuple(f"reacción {i}" for i in range(20)),
    "questions": tuple(f"¿pregunta {i}?" for i in range(15)),
    "emotes": tuple(f"emote{i}" for i in range(8)),
}
PACK = Pack(PackRef("PACK#game#es#elden ring", "1", "cache", "soulslike"), PHRASES)


def a_chatter(username: str, *badges: str) -> Chatter:
    return Chatter(username, "#ff7b7b", badges, number=7, side=1, role="", hand=hand_of("es", 0))


def a_show(**changes: Any) -> Show:
    show = Show(
        id="0a1b2c3d4e",
        number=0,
        engine=ENGINE,
        seed=20_261_122,
        cast_seed=42,
        game="elden ring",
        display_name="Elden Ring",
        mode="game",
        lang="es",
        pace=PACE,
        started_at=NOW,
        pack=PACK.ref,
    )
    return show._replace(**changes)


def a_script(**changes: Any) -> Script:
    return Script(a_show(**changes), PACK)


def a_builtin_show(**changes: Any) -> Show:
    """A show whose pack is one of the files, so that any shelf finds it."""
    return a_show(pack=builtin.find(game("Elden Ring"), "es").ref, **changes)


def game(name: str) -> Name:
    return name_of(name, "game")


def topic(name: str) -> Name:
    return name_of(name, "justchatting")


def batch(scene: Scene, at: Cursor, until_ms: int) -> Iterator[tuple[Line, Cursor]]:
    """What a batch tells, whatever time it is."""
    return ((line, place) for _, line, place in stream.sent(scene, at, until_ms))
