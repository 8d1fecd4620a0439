"""What streamers ask for, counted by the week, so that packs of popular games are there before the next one asks."""

from __future__ import annotations

from chatsim.names import Lang, Name
from chatsim.records import Asked
from chatsim.store import Store

WEEK_MS = 7 * 24 * 3_600_000


def note(store: Store, name: Name, lang: Lang, now_ms: int) -> None:
    """Somebody newly keeps this game or topic. A count, not to be relied on: sent twice it counts twice."""
    store.note_asked(now_ms // WEEK_MS, name, lang)


def most_asked(store: Store, now_ms: int) -> list[tuple[Name, Lang]]:
    """What was asked for this week and the last one, the most asked first."""
    week = now_ms // WEEK_MS
    total: dict[tuple[str, str, str], Asked] = {}
    for asked in (*store.asked(week), *store.asked(week - 1)):
        which = (asked.mode, asked.lang, asked.game)
        before = total.get(which)
        total[which] = before._replace(times=before.times + asked.times) if before else asked
    ranked = sorted(total.values(), key=lambda asked: (-asked.times, asked.mode, asked.lang, asked.game))
    return [(Name(asked.mode, asked.game, asked.display_name), asked.lang) for asked in ranked]
