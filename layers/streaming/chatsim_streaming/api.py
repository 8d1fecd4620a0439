"""Lambda's Runtime API on the wire: one kept-alive HTTP/1.1 connection, bytes in and out, no decisions."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPMessage

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
        self._connection = HTTPConnection(address)

    def next(self) -> tuple[HTTPMessage, bytes]:
        """Wait for an invocation: its headers and its event as JSON."""
        with self._wire() as connection:
            connection.request("GET", f"{_RUNTIME}/invocation/next")
            return self._answer(connection)

    def respond(self, request_id: str, body: bytes) -> None:
        """Answer an invocation in one piece of JSON."""
        self._post(f"invocation/{request_id}/response", body, {"Content-Type": "application/json"})

    def fail(self, request_id: str, error_type: str, report: bytes) -> None:
        """Report that an invocation has no answer."""
        self._post(f"invocation/{request_id}/error", report, {_ERROR_TYPE: error_type})

    def fail_init(self, error_type: str, report: bytes) -> None:
        """Report that there is no handler to invoke."""
        self._post("init/error", report, {_ERROR_TYPE: error_type})

    def open_stream(self, request_id: str, prelude: bytes) -> None:
        """Begin an HTTP answer: a JSON prelude, then eight NUL bytes; `write` and `close_stream` follow."""
        with self._wire() as connection:
            connection.putrequest("POST", f"{_RUNTIME}/invocation/{request_id}/response", skip_accept_encoding=True)
            connection.putheader("Content-Type", "application/vnd.awslambda.http-integration-response")
            connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
            connection.putheader("Transfer-Encoding", "chunked")
            connection.putheader("Trailer", f"{_ERROR_TYPE}, {_ERROR_BODY}")
            connection.endheaders()
        self.write(prelude + b"\0" * 8)

    def write(self, chunk: bytes) -> None:
        """Send one chunk at once. It must not be empty: in chunked encoding that is the end."""
        with self._wire() as connection:
            connection.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    def close_stream(self) -> None:
        """End the stream: the answer is complete."""
        self._end_chunks("")

    def break_stream(self, error_type: str, report: str) -> None:
        """End the stream with an error in its trailers; `report` is base64."""
        self._end_chunks(f"{_ERROR_TYPE}: {error_type}\r\n{_ERROR_BODY}: {report}\r\n")

    def _end_chunks(self, trailers: str) -> None:
        with self._wire() as connection:
            connection.send(f"0\r\n{trailers}\r\n".encode("ascii"))
            self._answer(connection)

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        with self._wire() as connection:
            connection.request("POST", f"{_RUNTIME}/{path}", body, headers)
            self._answer(connection)

    @staticmethod
    def _answer(connection: HTTPConnection) -> tuple[HTTPMessage, bytes]:
        answer = connection.getresponse()
        body = answer.read()
        if answer.status >= 400:
            raise Undelivered(f"the Runtime API answered {answer.status}")
        return answer.headers, body

    @contextmanager
    def _wire(self) -> Iterator[HTTPConnection]:
        try:
            yield self._connection
        except (OSError, HTTPException) as broken:
            self._connection.close()
            raise Undelivered(f"the connection to the Runtime API broke: {type(broken).__name__}") from broken
