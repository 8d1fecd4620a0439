"""HTTP/1.1 by hand says what the standard library's own client says, however the bytes come."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from itertools import pairwise
from threading import Thread
from typing import NamedTuple

import pytest
import trustme
from chatsim.http1 import MAX_HEAD_BYTES, READ_BYTES, Answer, Broken, Connection, request
from hypothesis import given, settings
from hypothesis import strategies as st

ASK = request("GET", "/next", {"Host": "there"})
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12).map(lambda name: f"X-{name}")
# What may stand in a header: no control, and none of the separators at which the mail parser begins a line.
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=("Cc", "Zs")), max_size=20)


class Said(NamedTuple):
    """An answer as a server writes it: how its length is told, and where its chunks part."""

    status: int
    headers: dict[str, str]
    body: bytes
    framing: str
    cuts: tuple[int, ...] = ()

    def written(self) -> bytes:
        framing = {"length": f"Content-Length: {len(self.body)}\r\n", "chunked": "transfer-encoding: Chunked\r\n"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = f"HTTP/1.1 {self.status} Some reason\r\n{lines}{framing.get(self.framing, '')}\r\n".encode("latin-1")
        return head + (self._chunks() if self.framing == "chunked" else self.body)

    def _chunks(self) -> bytes:
        chunks = b"".join(b"%X;of=no;use\r\n%b\r\n" % (len(part), part) for part in parted(self.body, self.cuts))
        return chunks + b"0\r\nX-Trailer: too\r\n\r\n"


def parted(whole: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The bytes in pieces, none of them empty."""
    places = [0, *sorted({cut % len(whole) for cut in cuts} if whole else ()), len(whole)]
    return [whole[low:high] for low, high in pairwise(places) if low < high]


CUTS = st.lists(st.integers(0, 10_000), max_size=6).map(tuple)
SAID = st.builds(
    Said,
    st.sampled_from((200, 202, 400, 413, 500, 503)),
    st.dictionaries(NAMES, VALUES.map(str.strip), max_size=5),
    st.binary(max_size=3_000),
    st.sampled_from(("length", "chunked")),
    CUTS,
)


@contextmanager
def serving(*pieces: bytes, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that waits for a request, then sends these pieces one by one and hangs up."""

    def serve() -> None:
        asked, _ = listening.accept()
        with suppress(OSError), asked, tls.wrap_socket(asked, server_side=True) if tls else asked as speaks:
            speaks.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            speaks.recv(65_536)
            for piece in pieces:
                speaks.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Thread(target=serve, daemon=True)
        server.start()
        yield address_of(listening)
        server.join(5)


def address_of(listening: socket.socket) -> str:
    return f"127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def asked(*pieces: bytes) -> Iterator[Connection]:
    """A connection on which all of an answer, or of several, is on its way."""
    with serving(*pieces) as address, closing(Connection(address)) as connection:
        connection.send(ASK)
        yield connection


def read(count: int, *pieces: bytes) -> list[Answer]:
    with asked(*pieces) as connection:
        return [connection.answer() for _ in range(count)]


def by_the_standard_library(*pieces: bytes) -> Answer:
    with serving(*pieces) as address, closing(HTTPConnection(address)) as connection:
        connection.request("GET", "/next")
        answer = connection.getresponse()
        body = answer.read()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


@given(SAID, CUTS)
@settings(max_examples=60, deadline=None)
def test_an_answer_is_what_the_standard_library_reads(said, cuts):
    pieces = parted(said.written(), cuts)
    (found,) = read(1, *pieces)
    assert found == by_the_standard_library(*pieces)
    assert found.body == said.body


@given(st.lists(SAID, min_size=2, max_size=4), CUTS)
@settings(max_examples=30, deadline=None)
def test_answers_on_one_connection_follow_each_other(answers, cuts):
    whole = b"".join(said.written() for said in answers)
    found = read(len(answers), *parted(whole, cuts))
    assert [(one.status, one.body) for one in found] == [(said.status, said.body) for said in answers]


@given(SAID, st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_cut_is_no_answer(said, data):
    whole = said.written()
    at = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(Broken):
        read(1, *parted(whole[:at], ()))


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_body_that_is_cut_is_no_answer(framing):
    whole = Said(200, {}, b"body", framing).written()
    for at in range(whole.index(b"body"), len(whole)):
        with pytest.raises(Broken):
            read(1, whole[:at])


def test_an_interim_answer_is_passed_over():
    (found,) = read(1, b"HTTP/1.1 100 Continue\r\n\r\n", Said(200, {}, b"yes", "length").written())
    assert (found.status, found.body) == (200, b"yes")


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_needs_no_length(status):
    head = f"HTTP/1.1 {status} Nothing\r\n\r\n".encode()
    first, second = read(2, head, Said(200, {}, b"next", "length").written())
    assert (first.body, second.body) == (b"", b"next")


def test_without_a_length_the_body_ends_with_the_connection():
    with asked(Said(200, {}, b"all of it", "none").written()) as connection:
        assert connection.answer().body == b"all of it"
        assert not connection.is_open


@pytest.mark.parametrize(
    "written",
    [
        b"HTTP/1.1 200 OK\r\nConnection: TE, Close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200\r\nContent-Length: 2\r\n\r\nok",
    ],
    ids=["asked to", "1.0"],
)
def test_a_connection_that_is_not_kept_is_closed(written):
    with asked(written) as connection:
        assert connection.answer().body == b"ok"
        assert not connection.is_open


@pytest.mark.parametrize(
    "written",
    [
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["mail", "2", "no header", "no number", "negative", "no chunk"],
)
def test_what_is_no_http_is_refused(written):
    with pytest.raises(Broken):
        read(1, written)


def test_a_head_without_end_is_not_read_to_its_end():
    with asked(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 2_000_000) as connection:
        with pytest.raises(Broken):
            connection.answer()
        assert len(connection._read) <= MAX_HEAD_BYTES + READ_BYTES


def test_a_step_that_takes_too_long_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent, closing(Connection(address_of(silent))) as connection:
        connection.step_s = lambda: 0.05
        connection.send(ASK)
        with pytest.raises(TimeoutError):
            connection.answer()


def test_nothing_is_answered_before_something_is_asked():
    with pytest.raises(Broken):
        Connection("127.0.0.1:9").answer()


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X": "a\nb"}, {"X\r": "a"}])
def test_no_header_begins_another_line(headers):
    with pytest.raises(ValueError, match="line break"):
        request("GET", "/", headers)


@pytest.mark.parametrize(
    ("host", "trusted"), [("localhost", True), ("localhost", False), ("127.0.0.1", True)], ids=["right", "CA", "host"]
)
def test_tls_is_for_the_host_it_asks_and_for_whom_the_machine_trusts(monkeypatch, tmp_path, host, trusted):
    ours, other = trustme.CA(), trustme.CA()
    (ours if trusted else other).cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    speaks = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.issue_cert("localhost").configure_cert(speaks)
    with (
        serving(Said(200, {}, b"in private", "length").written(), tls=speaks) as address,
        closing(Connection(address.replace("127.0.0.1", host), tls=True)) as connection,
    ):
        if host != "localhost" or not trusted:
            with pytest.raises(ssl.SSLCertVerificationError):
                connection.send(ASK)
            return
        connection.send(ASK)
        assert connection.answer().body == b"in private"
