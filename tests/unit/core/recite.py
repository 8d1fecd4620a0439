"""Says lines of fixed shows, in the order asked for: `python recite.py <show> <k>…`. Needs nothing but chatsim."""

import json
import sys
from collections.abc import Iterable

from chatsim import pace
from chatsim.packs import Pack, PackRef
from chatsim.show import ENGINE, Script, Show
from chatsim.sse import message

WORDS = {
    "gameplay": tuple(f"juego {i} {{game}}" for i in range(41)),
    "comments": tuple(f"comentario {i} ñ" for i in range(37)),
    "reactions": tuple(f"reacción {i} 😂" for i in range(30)),
    "questions": tuple(f"¿pregunta {i}?" for i in range(22)),
    "emotes": tuple(f"Emote{i}" for i in range(11)),
}
PACK = Pack(PackRef("PACK#golden", "1", "cache"), WORDS)

_FIXED = {"number": 1, "engine": ENGINE, "game": "hades", "display_name": "Hades", "pack": PACK.ref}
SHOWS = {
    "fixed": Show(id="fixed", seed=1, cast_seed=2, mode="game", lang="es-MX", pace=pace.fixed(3000, 7000),
                  started_at=1_795_334_820_000, **_FIXED),  # type: ignore[arg-type]
    "natural": Show(id="natural", seed=2**47, cast_seed=9, mode="justchatting", lang="en", pace=pace.natural(200),
                    started_at=1_795_334_821_234, **_FIXED),  # type: ignore[arg-type]
    "continued": Show(id="continued", seed=77, cast_seed=3, mode="game", lang="es", pace=pace.natural(5),
                      started_at=1_795_334_822_999, first_k=1013, **_FIXED),  # type: ignore[arg-type]
}  # fmt: skip


def recite(show: str, numbers: Iterable[int]) -> bytes:
    """One line of JSON for each number."""
    script = Script(SHOWS[show], PACK)
    return b"".join(json.dumps(message(script.line(k))).encode() + b"\n" for k in numbers)


if __name__ == "__main__":
    sys.stdout.buffer.write(recite(sys.argv[1], map(int, sys.argv[2:])))
