"""Moves the clock of a whole stack: every Python process that starts with this folder on its path follows one file.

The file (FAKE_CLOCK) holds how many seconds the clock is off. Only the time of day moves; waiting takes real time.
"""

import os
import threading
import time

import time_machine

_TICK_S = 0.005
_EXACT_S = 0.01


def _follow(path: str, clock: "time_machine.Coordinates", known: str) -> None:
    while True:
        time.sleep(_TICK_S)
        offset = _read(path)
        if offset and offset != known:
            _move(clock, float(offset))
            known = offset


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _move(clock: "time_machine.Coordinates", offset_s: float) -> None:
    """Again until it is right: a thread that is held up between reading the clock and setting it sets it late."""
    real = time_machine.escape_hatch.time.time
    while True:
        clock.move_to(real() + offset_s)
        if abs(time.time() - real() - offset_s) < _EXACT_S:
            return


if path := os.environ.get("FAKE_CLOCK"):
    traveller = time_machine.travel(time.time(), tick=True)
    coordinates = traveller.start()
    _move(coordinates, float(offset := _read(path)))
    threading.Thread(target=_follow, args=(path, coordinates, offset), daemon=True).start()
