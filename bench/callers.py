"""Who asks the programs that are measured: Lambda's Runtime API, or an HTTP client, over bare sockets.

Times are taken where bytes are read, so that they are the program's and not its caller's.
"""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader
from typing import Protocol

TIMEOUT_S = 30
FIRST = b"data: "


class NoAnswer(Exception):
    """The program failed, refused or ended."""


@dataclass(frozen=True)
class Answer:
    """By `time.perf_counter`: when it was asked for, when its first line of data and its last byte were there."""

    asked_s: float
    first_s: float
    last_s: float
    body: bytes


class Caller(Protocol):
    listening: socket.socket
    """Open before the program starts."""

    def ask(self) -> Answer:
        """Ask once, and read all of the answer. Raises NoAnswer."""

    def close(self) -> None: ...


class RuntimeApi:
    """Lambda's Runtime API for one environment; it has the same event for whoever asks for the next."""

    def __init__(self, event: Mapping[str, object]) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self._event = json.dumps(event).encode()
        self._program: socket.socket | None = None
        self._said: BufferedReader | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.listening.getsockname()[1]}"

    def ask(self) -> Answer:
        said, target, _ = self._request()
        if not target.endswith("/invocation/next"):
            raise NoAnswer(target)
        asked_s = time.perf_counter()
        self._answer(
            "200 OK",
            self._event,
            "Content-Type: application/json\r\n"
            "Lambda-Runtime-Aws-Request-Id: 00000000-0000-0000-0000-000000000000\r\n"
            "Lambda-Runtime-Trace-Id: Root=1-00000000-000000000000000000000000;Sampled=0\r\n"
            f"Lambda-Runtime-Deadline-Ms: {int((time.time() + TIMEOUT_S) * 1000)}\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:bench\r\n",
        )
        said, target, headers = self._request()
        first_s, body = _body(said, headers)
        answer = Answer(asked_s, first_s, time.perf_counter(), body)
        self._answer("202 Accepted", b"")
        if not target.endswith("/response"):
            raise NoAnswer(f"{target} {body[:500]!r}")
        return answer

    def close(self) -> None:
        self._hang_up()
        self.listening.close()

    def _request(self) -> tuple[BufferedReader, str, dict[bytes, bytes]]:
        """The program's next request, on the connection it has or a new one: its body's reader, target and headers."""
        while True:
            waiting = [self.listening, *([self._program] if self._program else [])]
            speaks, _, _ = select.select(waiting, [], [], TIMEOUT_S)
            if not speaks:
                raise NoAnswer("nothing was heard of the program")
            if self._program not in speaks:
                self._hang_up()
                self._program, _ = self.listening.accept()
                self._program.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._said = self._program.makefile("rb")
            assert self._said  # noqa: S101 - it goes with the connection
            head, headers = _head(self._said)
            if head:
                return self._said, head.split()[1].decode(), headers
            self._hang_up()

    def _answer(self, status: str, body: bytes, headers: str = "") -> None:
        assert self._program  # noqa: S101 - it has just asked
        self._program.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _hang_up(self) -> None:
        if self._program and self._said:
            self._said.close()
            self._program.close()
        self._program = self._said = None


class HttpClient:
    """A client on one kept connection; what it asks waits in the socket until the program serves it."""

    def __init__(self, target: str, headers: Mapping[str, str]) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._request = f"GET {target} HTTP/1.1\r\nHost: bench\r\n{lines}\r\n".encode()
        self._program = socket.create_connection(self.listening.getsockname(), TIMEOUT_S)
        self._program.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._said = self._program.makefile("rb")

    def ask(self) -> Answer:
        asked_s = time.perf_counter()
        self._program.sendall(self._request)
        try:
            head, headers = _head(self._said)
        except TimeoutError:
            raise NoAnswer("nothing was heard of the program") from None
        first_s, body = _body(self._said, headers)
        if b" 200 " not in head:
            raise NoAnswer(f"{head!r} {body[:500]!r}")
        return Answer(asked_s, first_s, time.perf_counter(), body)

    def close(self) -> None:
        self._said.close()
        self._program.close()
        self.listening.close()


def _head(said: BufferedReader) -> tuple[bytes, dict[bytes, bytes]]:
    """The first line and the headers, names in lower case; nothing where the connection has ended."""
    head, headers = said.readline(), {}
    while (line := said.readline().strip()) and head:
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    return head, headers


def _body(said: BufferedReader, headers: Mapping[bytes, bytes]) -> tuple[float, bytes]:
    """When the first line of data was there, or all of a body without any, and the whole of it."""
    if headers.get(b"transfer-encoding") != b"chunked":
        body = said.read(int(headers.get(b"content-length", 0)))
        return time.perf_counter(), body
    first_s, parts = 0.0, []
    while size := int(said.readline(), 16):
        parts.append(said.read(size))
        said.readline()
        if not first_s and FIRST in parts[-1]:
            first_s = time.perf_counter()
    while said.readline().strip():
        pass  # trailers
    return first_s or time.perf_counter(), b"".join(parts)
