"""Lambda's Runtime API on the wire: one kept-alive HTTP/1.1 connection, bytes in and out, no decisions."""

from collections.abc import Iterator
from contextlib import contextmanager

from chatsim.http1 import Answer, Connection, request

from chatsim_streaming.endings import Undelivered

_RUNTIME = "/2018-06-01/runtime"
_ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
_ERROR_BODY = "Lambda-Runtime-Function-Error-Body"


class RuntimeApi:
    """Every call raises `Undelivered`; the call after that opens a new connection.

    No call has a timeout: `next` waits as long as Lambda keeps the process, and frozen time would count.
    """

    def __init__(self, address: str) -> None:
        """`address` is `host:port`, as in AWS_LAMBDA_RUNTIME_API."""
        self._host = address
        self._connection = Connection(address)

    def next(self) -> tuple[dict[str, str], bytes]:
        """Wait for an invocation: its headers, names in lower case, and its event as JSON."""
        answer = self._answer(self._head("GET", "invocation/next", {}))
        return answer.headers, answer.body

    def respond(self, request_id: str, body: bytes) -> None:
        """Answer an invocation in one piece of JSON."""
        self._post(f"invocation/{request_id}/response", body, {"Content-Type": "application/json"})

    def fail(self, request_id: str, error_type: str, report: bytes) -> None:
        """Report that an invocation has no answer."""
        self._post(f"invocation/{request_id}/error", report, {_ERROR_TYPE: error_type})

    def fail_init(self, error_type: str, report: bytes) -> None:
        """Report that there is no handler to invoke."""
        self._post("init/error", report, {_ERROR_TYPE: error_type})

    def open_stream(self, request_id: str, prelude: bytes, chunk: bytes) -> None:
        """Begin an HTTP answer: a JSON prelude, eight NUL bytes and the first chunk, in one piece; `write` and
        `close_stream` follow."""
        headers = {
            "Content-Type": "application/vnd.awslambda.http-integration-response",
            "Lambda-Runtime-Function-Response-Mode": "streaming",
            "Transfer-Encoding": "chunked",
            "Trailer": f"{_ERROR_TYPE}, {_ERROR_BODY}",
        }
        head = self._head("POST", f"invocation/{request_id}/response", headers)
        self._send(head + _chunk(prelude + b"\0" * 8) + _chunk(chunk))

    def write(self, chunk: bytes) -> None:
        """Send one chunk at once. It must not be empty: in chunked encoding that is the end."""
        self._send(_chunk(chunk))

    def close_stream(self) -> None:
        """End the stream: the answer is complete."""
        self._end_chunks("")

    def break_stream(self, error_type: str, report: str) -> None:
        """End the stream with an error in its trailers; `report` is base64."""
        self._end_chunks(f"{_ERROR_TYPE}: {error_type}\r\n{_ERROR_BODY}: {report}\r\n")

    def _end_chunks(self, trailers: str) -> None:
        self._answer(f"0\r\n{trailers}\r\n".encode("ascii"))

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        self._answer(self._head("POST", path, headers | {"Content-Length": str(len(body))}) + body)

    def _head(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        return request(method, f"{_RUNTIME}/{path}", {"Host": self._host, **headers})

    def _send(self, data: bytes) -> None:
        with self._wire() as connection:
            connection.send(data)

    def _answer(self, data: bytes) -> Answer:
        """Send all of a request, or the last of it, and read what is answered."""
        with self._wire() as connection:
            connection.send(data)
            answer = connection.answer()
        if answer.status >= 400:
            raise Undelivered(f"the Runtime API answered {answer.status}")
        return answer

    @contextmanager
    def _wire(self) -> Iterator[Connection]:
        try:
            yield self._connection
        except OSError as broken:
            self._connection.close()
            raise Undelivered(f"the connection to the Runtime API broke: {type(broken).__name__}") from broken


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
