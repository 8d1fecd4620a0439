"""Moves the clock of a whole stack: every Python process that starts with this folder on its path follows one file.

The file (FAKE_CLOCK) holds how many seconds the clock is off. Only the time of day moves; waiting takes real time.
"""

import os
import threading
import time

import time_machine

_TICK_S = 0.005


def _follow(path: str, clock: "time_machine.Coordinates") -> None:
    known = ""
    while True:
        with open(path) as file:
            offset = file.read()
        if offset and offset != known:
            clock.move_to(time_machine.escape_hatch.time.time() + float(offset))
            known = offset
        time.sleep(_TICK_S)


if path := os.environ.get("FAKE_CLOCK"):
    traveller = time_machine.travel(time.time(), tick=True)
    threading.Thread(target=_follow, args=(path, traveller.start()), daemon=True).start()
