"""Live delivery, in real time: `curl -N` with a session token."""

import itertools
import time
from statistics import median

import httpx
import pytest

from tests.functional.conftest import User


def listen(user: User, seconds: float, **query: str) -> list[tuple[float, bytes]]:
    """Each chunk of a held stream with the time of its arrival, epoch s; left after so many seconds."""
    begun, arrived = time.time(), []
    sent = {"Authorization": f"Bearer {user.token}", "Accept": "text/event-stream"}
    address = f"{user.url}/api/chat-stream"
    with httpx.Client(timeout=70) as client, client.stream("GET", address, params=query, headers=sent) as answer:
        assert answer.status_code == 200
        for chunk in answer.iter_raw():
            arrived.append((time.time(), chunk))
            if time.time() - begun > seconds:
                break
    return arrived


def due(chunk: bytes) -> float:
    return int(chunk.partition(b'"timestamp":')[2].partition(b",")[0]) / 1000


def spoken(arrived: list[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
    return [(at, chunk) for at, chunk in arrived if b'"timestamp"' in chunk]


def test_each_line_comes_when_it_is_due(user: User) -> None:
    heard = spoken(listen(user, 3, game="Elden Ring", delivery="live", min="500", max="600"))
    assert len(heard) >= 4
    assert all(chunk.count(b"data: ") == 1 for _, chunk in heard), "a line each"
    late = [at - due(chunk) for at, chunk in heard]
    assert min(late) >= -0.02
    assert median(late) <= 0.5, "on a busy machine"


@pytest.mark.soak
def test_a_whole_connection_at_the_default_pace(user: User) -> None:
    """55 seconds: a line every 3-7 s, a ping every 15, and an end that says where to go on."""
    begun = time.time()
    arrived = listen(user, 70, game="Elden Ring", delivery="live")
    heard = spoken(arrived)
    assert 54 <= arrived[-1][0] - begun <= 57
    late = [at - due(chunk) for at, chunk in heard]
    assert min(late) >= -0.02
    assert median(late) <= 0.5, "on a busy machine"
    gaps = [due(b) - due(a) for (_, a), (_, b) in itertools.pairwise(heard)]
    assert len(gaps) >= 7
    assert all(3 <= gap <= 7 for gap in gaps)
    pings = [at - begun for at, chunk in arrived if chunk == b": ping\n\n"]
    assert [round(at / 15) for at in pings] == [1, 2, 3]
    assert b"event: end" in arrived[-1][1]


def test_a_batch_comes_at_once_and_is_closed_by_its_end(user: User) -> None:
    begun = time.time()
    arrived = b"".join(chunk for _, chunk in listen(user, 60, game="Elden Ring"))
    assert time.time() - begun < 20, "the last line is due in a minute"
    assert arrived.count(b'"timestamp"') >= 8
    assert arrived.rstrip().rpartition(b"\n\n")[2].startswith(b"event: end")


def test_a_pause_ends_a_held_stream(user: User) -> None:
    played = user.play()
    with (
        httpx.Client(timeout=20) as client,
        client.stream(
            "GET", f"{user.url}/api/chat-stream?delivery=live", headers={"X-Ticket": played["ticket"]}
        ) as answer,
    ):
        chunks = answer.iter_raw()
        assert b"event: hello" in next(chunks)
        user.ask("DELETE", "/api/chat-ticket?pause=1")
        begun = time.time()
        said = b"".join(chunks)
    assert time.time() - begun < 20, "it would have been held for 55 s"
    assert b"event: stopped" in said
    assert b'"reason":"pause"' in said
