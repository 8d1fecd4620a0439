"""HTTP/1.1 over one kept connection, as much of it as Lambda's Runtime API and AWS's JSON services speak.

With the standard library's client, which reads headers with its mail parser, a warm batch of the stream door takes half
as much processor again. For one thread. https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import NamedTuple

READ_BYTES = 65_536
MAX_HEAD_BYTES = 65_536
_STATUS = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: |\r\n)")


class Broken(ConnectionError):
    """The far end hung up, or speaks no HTTP."""


class Answer(NamedTuple):
    """`headers` by their names in lower case; of one that comes twice the last."""

    status: int
    headers: dict[str, str]
    body: bytes


def request(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """The head of a request. Raises ValueError for a header that would begin another line."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    head = "\r\n".join(lines)
    if head.count("\n") != len(headers) or head.count("\r") != len(headers):
        raise ValueError("a line break in a header")
    return f"{head}\r\n\r\n".encode("latin-1")


class Connection:
    """To `address`, host:port or a host alone; opened when something is sent.

    `step_s` says how many seconds the next step may take, to connect, send or read some bytes; None: for ever. Whatever
    a method raises, an OSError or by a signal, the connection is of no use after it: its owner closes it.
    """

    def __init__(self, address: str, *, tls: bool = False) -> None:
        host, _, port = address.partition(":")
        self._address = host, int(port or (443 if tls else 80))
        self._tls = ssl.create_default_context() if tls else None
        self._socket: socket.socket | None = None
        self._read = bytearray()
        self.step_s: Callable[[], float | None] = lambda: None

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def send(self, data: bytes) -> None:
        if not self._socket:
            self._socket = self._opened()
        self._socket.settimeout(self.step_s())
        self._socket.sendall(data)

    def answer(self) -> Answer:
        """The next answer, whole; interim ones (1xx) are passed over."""
        status = 100
        while status < 200:
            head = self._until(b"\r\n\r\n")
            version, status = _status(head)
        headers = _headers(head)
        body = self._body(status, headers)
        if version == 0 or "close" in headers.get("connection", "").lower():
            self.close()
        return Answer(status, headers, body)

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None
        self._read.clear()

    def _opened(self) -> socket.socket:
        opened = socket.create_connection(self._address, self.step_s())
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._tls:
            return opened
        opened.settimeout(self.step_s())
        return self._tls.wrap_socket(opened, server_hostname=self._address[0])

    def _body(self, status: int, headers: Mapping[str, str]) -> bytes:
        """Its length is told in one of three ways. https://www.rfc-editor.org/rfc/rfc9112#section-6.3"""
        if status in (204, 304):
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        if "content-length" in headers:
            return self._exactly(_number(headers["content-length"], 10))
        return self._rest()

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := _number(self._until(b"\r\n").partition(b";")[0].decode("latin-1"), 16):
            body += self._exactly(size)
            self._until(b"\r\n")
        while self._until(b"\r\n") != b"\r\n":
            pass  # trailers
        return bytes(body)

    def _until(self, mark: bytes) -> bytes:
        while (end := self._read.find(mark)) < 0:
            if len(self._read) > MAX_HEAD_BYTES or not self._more():
                raise Broken("no whole head came")
        return self._taken(end + len(mark))

    def _exactly(self, count: int) -> bytes:
        while len(self._read) < count:
            if not self._more():
                raise Broken("the body was cut")
        return self._taken(count)

    def _rest(self) -> bytes:
        """All until the far end hangs up."""
        while self._more():
            pass
        rest = self._taken(len(self._read))
        self.close()
        return rest

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._read[:count])
        del self._read[:count]
        return taken

    def _more(self) -> bool:
        """Read some; False once the far end has hung up."""
        if not self._socket:
            raise Broken("nothing was asked")
        self._socket.settimeout(self.step_s())
        part = self._socket.recv(READ_BYTES)
        self._read += part
        return bool(part)


def _status(head: bytes) -> tuple[int, int]:
    """The minor version and the status."""
    found = _STATUS.match(head)
    if not found:
        raise Broken("no status line")
    return int(found[1]), int(found[2])


def _headers(head: bytes) -> dict[str, str]:
    headers = {}
    for line in head.decode("latin-1").split("\r\n")[1:-2]:
        name, colon, value = line.partition(":")
        if not colon:
            raise Broken("no header line")
        headers[name.lower()] = value.strip()
    return headers


def _number(text: str, base: int) -> int:
    try:
        number = int(text.strip(), base)
    except ValueError:
        raise Broken("no length") from None
    if number < 0:
        raise Broken("no length")
    return number
