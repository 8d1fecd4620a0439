"""Packs of popular games, made or renewed before a user would have to wait for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from chatsim import builtin, names, popular
from chatsim.errors import ApiError
from chatsim.names import Lang, Name
from chatsim.store import Store

from chatsim_ai.filter import offensive
from chatsim_ai.generator import Generator, Renewal
from chatsim_ai.provider import SettingError
from chatsim_ai.settings import LONGEST_S

# The writer's longest time, and 2 s for the store. Nothing is begun that could not be ended.
PACK_MS = (LONGEST_S + 2) * 1000


@dataclass(frozen=True)
class Popular:
    """The games that are always kept ready, in each of `langs`; after them come those that users asked for.

    `most`: of all together.
    """

    games: tuple[str, ...]
    langs: tuple[Lang, ...]
    most: int

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Popular:
        """POPULAR_GAMES and POPULAR_LANGS, separated by commas, and POPULAR_MAX.

        Raises SettingError for a language that is none, KeyError, naming it, for a setting that is missing.
        """
        try:
            langs = tuple(names.lang_of(lang) for lang in _listed(env["POPULAR_LANGS"]))
        except ApiError:
            raise SettingError(f"POPULAR_LANGS must be some of {', '.join(names.LANGS)}") from None
        return cls(tuple(_listed(env["POPULAR_GAMES"])), langs, int(env["POPULAR_MAX"]))


@dataclass
class Report:
    """How many games came to which end, by Renewal; `why` nothing was tried, where that is so."""

    counts: Counter[Renewal] = field(default_factory=Counter)
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """`{"made", "fresh", "skipped", "failed", "left"}`, and `why` where there is one."""
        return {end: self.counts[end] for end in get_args(Renewal)} | ({"why": self.why} if self.why else {})


def run(
    generator: Generator,
    store: Store,
    wanted: Popular,
    now_ms: Callable[[], int],
    left_ms: Callable[[], int],
    on_error: Callable[[Exception], None],
) -> Report:
    """One game after the other, as long as `left_ms` (until this process must have ended) allows.

    A game that fails is told to `on_error` and counted, and the next one has its turn.
    """
    report = Report()
    games = list(_games(wanted, store, now_ms(), report))
    if not generator.can_write():
        report.counts["skipped"] += len(games)
        report.why = "no AI key"
        return report
    for at, (name, lang) in enumerate(games):
        end = _renewed(generator, name, lang, on_error) if left_ms() >= PACK_MS else "left"
        if end == "left":
            report.counts["left"] += len(games) - at
            break
        report.counts[end] += 1
    return report


def _renewed(generator: Generator, name: Name, lang: Lang, on_error: Callable[[Exception], None]) -> Renewal:
    try:
        return generator.renew(name, lang)
    except Exception as error:
        on_error(error)
        return "failed"


def _games(wanted: Popular, store: Store, now_ms: int, report: Report) -> Iterator[tuple[Name, Lang]]:
    """Each once; those named by the owner that are no names are counted as skipped."""
    seen: set[tuple[str, Lang]] = set()
    for name, lang in (*_named(wanted, report), *_asked(store, now_ms)):
        if (name.slot, lang) not in seen and len(seen) < wanted.most:
            seen.add((name.slot, lang))
            yield name, lang


def _named(wanted: Popular, report: Report) -> Iterator[tuple[Name, Lang]]:
    for title in wanted.games:
        try:
            name = builtin.named(title, "game")
        except ApiError:
            name = None
        if name is None or offensive(name.display):
            report.counts["skipped"] += len(wanted.langs)
        else:
            yield from ((name, lang) for lang in wanted.langs)


def _asked(store: Store, now_ms: int) -> Iterator[tuple[Name, Lang]]:
    """What users asked for, but for those games that need no pack: they would only take the place of others."""
    asked = popular.most_asked(store, now_ms)
    return ((name, lang) for name, lang in asked if not builtin.speaks_for_itself(name, lang))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
