"""Lambda's Runtime API on a real socket: hands out invocations and records every answer chunk by chunk."""

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPMessage, parse_headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """One POST of the runtime. `chunks` are as framed on the wire; `arrived_s` their arrival times (monotonic)."""

    path: str
    headers: HTTPMessage
    chunks: list[bytes] = field(default_factory=list)
    arrived_s: list[float] = field(default_factory=list)
    trailers: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """`response`, or `error`."""
        return self.path.rpartition("/")[2]

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def prelude(self) -> Any:
        return json.loads(self.body.partition(b"\0" * 8)[0])

    @property
    def streamed(self) -> list[bytes]:
        """The chunks after the prelude."""
        return self.chunks[1:]


class FakeRuntimeApi:
    """`hang_up_after` closes the connection at that many chunks; `status` is what every POST is answered."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.connections = 0
        self.hang_up_after: int | None = None
        self.status = 202
        self.first_chunk = threading.Event()
        self.waiting = threading.Event()
        self._answers: queue.Queue[Answer] = queue.Queue()
        self.invocations: queue.Queue[tuple[dict[str, str], bytes] | None] = queue.Queue()

    def invoke(self, event: object = None, *, deadline_in_ms: int = 10_000, **headers: str) -> None:
        self.invoke_raw(json.dumps(event).encode(), deadline_in_ms, **headers)

    def invoke_raw(self, event: bytes, deadline_in_ms: int = 10_000, **headers: str) -> None:
        standard = {
            "Lambda-Runtime-Aws-Request-Id": "request-1",
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + deadline_in_ms),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:test",
        }
        self.invocations.put((standard | {name.replace("_", "-"): value for name, value in headers.items()}, event))

    def hang_up(self) -> None:
        """Close the connection on which `next` waits."""
        self.invocations.put(None)

    def record(self, answer: Answer) -> None:
        self._answers.put(answer)

    def answer(self) -> Answer:
        """The next finished answer."""
        return self._answers.get(timeout=10)

    def is_silent(self) -> bool:
        return self._answers.empty()


@contextmanager
def fake_runtime_api() -> Iterator[FakeRuntimeApi]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Connection)
    server.api = api = FakeRuntimeApi(f"127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        api.hang_up()
        server.shutdown()
        server.server_close()
        thread.join()


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.api: FakeRuntimeApi = self.server.api  # type: ignore[attr-defined]
        self.api.connections += 1

    def do_GET(self) -> None:
        assert self.path == "/2018-06-01/runtime/invocation/next"
        self.api.waiting.set()
        invocation = self.api.invocations.get()
        if invocation is None:
            self.close_connection = True
        else:
            self._reply(200, *invocation)

    def do_POST(self) -> None:
        answer = Answer(self.path, self.headers)
        if self.headers["Transfer-Encoding"] == "chunked":
            if not self._read_chunks(answer):
                self.close_connection = True
                return
        else:
            answer.chunks.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.api.record(answer)
        self._reply(self.api.status, {}, b"")

    def _read_chunks(self, answer: Answer) -> bool:
        """False when hung up in the middle, by either side."""
        while size := int(self.rfile.readline() or b"0", 16):
            answer.chunks.append(self.rfile.read(size))
            answer.arrived_s.append(time.monotonic())
            assert self.rfile.readline() == b"\r\n"
            if answer.streamed:
                self.api.first_chunk.set()
            if len(answer.streamed) == self.api.hang_up_after:
                return False
        answer.trailers = dict(parse_headers(self.rfile))
        return True

    def _reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Silent: the tests look at what was recorded."""
