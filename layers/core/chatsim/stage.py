"""The life of a show: start, join, continue, pause, stop, moments."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from chatsim import waves
from chatsim.cursor import Cursor
from chatsim.errors import InvalidRequest, NoShow, NoShowToAct, RateLimited
from chatsim.names import Lang, Name
from chatsim.pace import FIRST_MS, Pace, Timing
from chatsim.packs import PackRef
from chatsim.records import Account, Current
from chatsim.shelf import Shelf, best_pack
from chatsim.show import ENGINE, Show, script_of
from chatsim.store import Store
from chatsim.waves import Moment, Wave, WaveType

# A show nobody attends ends after 15 minutes.
UNATTENDED_MS = 15 * 60_000


class Wish(NamedTuple):
    """What a streamer asks for with Play. `after` is where the show goes on from, the last line they saw.

    `genre` is what they said of a game that nobody here knows.
    """

    name: Name
    lang: Lang
    pace: Pace
    after: Cursor | None = None
    genre: str = ""


def start(store: Store, shelf: Shelf, user: str, wish: Wish, now_ms: int) -> Show:
    """A new show, the user's newest; with `after` it keeps the seed and the cast and goes on from the next line."""
    after = wish.after
    before = _continued(store.account(user, consistent=True), after) if after else None
    pack = best_pack(shelf, wish.name, wish.lang, now_ms, wish.genre).ref
    show = _continuation(shelf, before, after, wish, pack, now_ms) if before and after else _fresh(wish, pack, now_ms)
    return store.start_show(user, show, now_ms + UNATTENDED_MS)


def join(store: Store, user: str, now_ms: int) -> Current:
    """The current show, kept alive by being asked for. Raises NoShow."""
    current = store.keep_show(user, now_ms, now_ms + UNATTENDED_MS)
    if not current or current.state_at(now_ms) == "stopped":
        raise NoShow
    return current


def end(store: Store, user: str, *, pause: bool) -> Current | None:
    """Stop or pause the current show; nothing to do is no error. The show it was, if there was one."""
    current = store.account(user, consistent=True).current
    return current and (store.set_state(user, current.show.id, "paused" if pause else "stopped") or current)


def press(store: Store, shelf: Shelf, user: str, kind: WaveType, press_id: str, now_ms: int) -> Moment:
    """The lines of a moment; the same press gives the same lines. Raises NoShowToAct, RateLimited."""
    while True:
        current = store.account(user, consistent=True).current
        if not current or current.state_at(now_ms) != "live":
            raise NoShowToAct("no_show_to_act")
        known = next((wave for wave in current.waves if wave.id == press_id), None)
        wave = known or _next_wave(current, kind, press_id, now_ms)
        if known or store.set_waves(user, current.show.id, waves.kept((*current.waves, wave), now_ms)):
            pack = shelf.get(current.show.pack)
            if not pack:
                raise NoShowToAct("no_show_to_act")
            return waves.moment(script_of(current.show, pack), wave)


def agrees(show: Show, at: Cursor) -> bool:
    """Whether a cursor is one of this show's: its line and due time belong together."""
    if at.show != show.id or at.k < show.first_k - 1:
        return False
    return at.due == due_of(show, at.k)


def due_of(show: Show, k: int) -> int:
    """When line k is due; the start of the show for the place before its first line."""
    before = k < show.first_k
    return show.started_at if before else Timing(show.seed, show.pace, show.started_at, show.first_k).due(k)


def opening(show: Show) -> Cursor:
    """The place before a show's first line."""
    return Cursor(show.id, show.first_k - 1, show.started_at)


def _continued(account: Account, after: Cursor) -> Show | None:
    """The show a cursor belongs to, if that is still the user's newest; a show another device took over is let go."""
    show = account.current.show if account.current else None
    if show and show.id == after.show and not agrees(show, after):
        raise InvalidRequest("cursor")
    # Or the one that went on from this very place: its answer was lost, and the page asks again.
    asked_again = show and show.continues == after.show and show.first_k == after.k + 1
    return show if show and (show.id == after.show or asked_again) else None


def _fresh(wish: Wish, pack: PackRef, now_ms: int) -> Show:
    return _show(wish, pack, now_ms, seed=secrets.randbits(48), cast_seed=secrets.randbits(48))


def _continuation(shelf: Shelf, before: Show, after: Cursor, wish: Wish, pack: PackRef, now_ms: int) -> Show:
    """The next line keeps the pace's distance to the last one shown; in another talk, another speaks it."""
    started_at = max(now_ms, min(_last_shown(before, after), now_ms) + wish.pace.min_ms - FIRST_MS)
    show = _show(wish, pack, started_at, seed=before.seed, cast_seed=before.cast_seed)
    show = show._replace(first_k=after.k + 1, continues=after.show)
    return show._replace(spoke_last=_last_speaker(shelf, before, after, goes_on=_talk(show) == _talk(before)))


def _talk(show: Show) -> tuple[object, ...]:
    """What of a show decides, beside its seeds, which lines it speaks."""
    return show.pack, show.pace, show.lang, show.mode, show.display_name


def _last_speaker(shelf: Shelf, before: Show, after: Cursor, *, goes_on: bool) -> str:
    """Nobody where the talk itself goes on: who stopped amid a thought may end it.

    Unknown, which costs nothing worse than one voice twice, when the pack it spoke from is gone.
    """
    if after.k < before.first_k:
        return before.spoke_last
    if goes_on:
        return ""
    pack = shelf.get(before.pack)
    return script_of(before, pack).author(after.k).username if pack else ""


def _last_shown(before: Show, after: Cursor) -> int:
    """When the last line was shown, epoch ms, or a little later; 0 where there was none.

    A show that continued another and has said nothing yet tells by its start, which keeps that distance.
    """
    if after.k >= before.first_k:
        return after.due
    return before.started_at + FIRST_MS - before.pace.min_ms if before.first_k else 0


def _show(wish: Wish, pack: PackRef, started_at: int, *, seed: int, cast_seed: int) -> Show:
    return Show(
        id=secrets.token_hex(5),
        number=0,
        engine=ENGINE,
        seed=seed,
        cast_seed=cast_seed,
        game=wish.name.key,
        display_name=wish.name.display,
        mode=wish.name.mode,
        lang=wish.lang,
        pace=wish.pace,
        started_at=started_at,
        pack=pack,
    )


def _next_wave(current: Current, kind: WaveType, press_id: str, now_ms: int) -> Wave:
    last = current.waves[-1] if current.waves else Wave(0, "", kind, 0)
    if now_ms - last.at < waves.REST_MS:
        raise RateLimited(retry_after_s=2)
    return Wave(last.no + 1, press_id, kind, now_ms)
