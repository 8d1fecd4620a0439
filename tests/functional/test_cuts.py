"""Streams through the real gateway and its processes, cut on the wire between it and a reader, at any byte."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from random import Random
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests import sse
from tests.figures import Figure
from tests.functional.conftest import Clock, User

RESET = struct.pack("ii", 1, 0)
ANSWERS = 8


class Wire:
    """A way to the gateway that breaks: `cut_after` so many bytes of the next answer (its head counts) it is closed."""

    def __init__(self, gateway: str) -> None:
        address = urlsplit(gateway)
        self._gateway = (address.hostname or "", address.port or 0)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = address.netloc
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.cut_after, self.rudely = 0, False
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                reader, _ = self._listening.accept()
                with reader, socket.create_connection(self._gateway) as door, suppress(OSError):
                    door.sendall(reader.recv(65_536))
                    self._pass_on(door, reader)

    def _pass_on(self, door: socket.socket, reader: socket.socket) -> None:
        left = self.cut_after
        while left and (part := door.recv(min(left, 65_536))):
            reader.sendall(part)
            left -= len(part)
        if self.rudely:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@pytest.fixture
def wire(url: str) -> Iterator[Wire]:
    with closing(Wire(url)) as made:
        yield made


def arrived(wire: Wire, ticket: str, place: str, **query: Any) -> bytes:
    """What comes of an answer before the wire breaks, or all."""
    parts = []
    headers = {"X-Ticket": ticket, "Last-Event-ID": place, "Host": wire.host, "Connection": "close"}
    with (
        suppress(httpx.TransportError),
        httpx.stream("GET", f"{wire.url}/api/chat-stream", params=query, headers=headers, verify=False) as answer,
    ):
        assert answer.status_code == 200
        for part in answer.iter_raw():
            parts.append(part)
    return b"".join(parts)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("readers", [1, pytest.param(6, marks=pytest.mark.soak)])
def test_no_line_is_lost_or_comes_twice_on_a_wire_that_breaks(
    wire: Wire, url: str, http: httpx.Client, clock: Clock, figure: Figure, readers: int
) -> None:
    cuts = lines = 0
    for seed in range(readers):
        user, rng = User(url, f"cut{readers}of{seed}", http).sign_in(), Random(seed)
        show = user.play("Minecraft", min=500, max=900)
        place = show["show"]["first"]
        uncut = [event.data for event in sse.lines(user.read(show["ticket"], last=place, horizon=120))]
        seen, pressed = list[dict[str, Any]](), list[dict[str, Any]]()
        for turn in range(ANSWERS):
            clock.forward(rng.choice([2, 5, 12]))
            moment = user.ask("POST", "/api/chat-wave", {"type": "laugh", "id": f"p{turn}"}).json()
            pressed += moment["lines"] + moment["tail"]
            wire.cut_after, wire.rudely = rng.randrange(12_000), rng.random() < 0.5
            if turn == ANSWERS - 1:
                wire.cut_after = 1_000_000
            events = sse.parse(arrived(wire, show["ticket"], place, horizon=rng.choice([17, 60])))
            seen += [event.data for event in sse.lines(events)]
            place = next((event.id for event in reversed(events) if event.id), place)
            whole = bool(events) and events[-1].name == "end"
            cuts += not whole
            assert whole or turn < ANSWERS - 1
        base = [line for line in seen if ".w" not in line["id"]]
        assert [int(line["id"].split(".")[1]) for line in base] == [*range(len(base))]
        assert [line for line in seen if ".w" in line["id"]] == pressed
        assert base[: len(uncut)] == uncut[: len(base)]
        lines += len(seen)
    assert cuts > readers
    figure(9, "lines lost or twice through the gateway", f"0 of {lines:,}, with {cuts} cuts on the wire")
