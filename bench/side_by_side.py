"""Writes docs/shows.md: three shows of different games side by side, for a person to read."""

from __future__ import annotations

import re
from itertools import islice, zip_longest
from pathlib import Path

from chatsim import pace
from chatsim.names import Lang
from chatsim.show import Line

from local.simulate import script

REPORT = Path(__file__).parents[1] / "docs" / "shows.md"
LINES = 60
SHOWS: tuple[tuple[Lang, tuple[tuple[str, int], ...]], ...] = (
    ("es", (("Minecraft", 21), ("Valorant", 22), ("Elden Ring", 23))),
    ("en", (("Minecraft", 31), ("Valorant", 32), ("Stardew Valley", 33))),
)
BADGES = {"moderator": "🛡️", "subscriber": "⭐", "vip": "💎", "first-timer": "👋"}
HEAD = """# Three shows side by side

Written by `make shows`: the first minutes of three shows in Spanish, then in English; natural pace, 60 viewers,
built-in packs.
🛡️ moderator, ⭐ subscriber, 💎 VIP, 👋 first time here. Read them aloud: what rings false is a bug.
"""


def main() -> None:
    REPORT.write_text("\n".join([HEAD, *(_table(lang, games) for lang, games in SHOWS)]), "utf-8")


def _table(lang: Lang, games: tuple[tuple[str, int], ...]) -> str:
    columns = [islice(script(game, "game", lang, pace.natural(60), seed).lines(0), LINES) for game, seed in games]
    rows = [
        f"| {' | '.join(game for game, _ in games)} |",
        f"|{'---|' * len(games)}",
        *(f"| {' | '.join(_cell(line) for line in row)} |" for row in zip_longest(*columns)),
    ]
    return f"## {'Español' if lang == 'es' else 'English'}\n\n" + "\n".join(rows) + "\n"


def _cell(line: Line) -> str:
    minutes, seconds = divmod(line.due // 1000, 60)
    badges = "".join(BADGES[badge] for badge in line.chatter.badges)
    text = re.sub(r"([\\`*_{}\[\]<>|#~@])", r"\\\1", line.text)
    return f"{minutes}:{seconds:02} {badges}**{line.chatter.username.replace('_', chr(92) + '_')}**: {text}"


if __name__ == "__main__":
    main()
