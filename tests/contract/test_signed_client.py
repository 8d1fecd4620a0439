"""The stream door's small client on real sockets: how it signs, and that it always ends within 2 s."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from chatsim.errors import Unavailable
from chatsim.store.signed_client import SignedClient

from tests.conftest import CREDENTIALS

LIMIT_S = 2.0
# What a machine that runs other tests beside this one may add.
BUSY_S = 2.0
HANG = 0
OK = (200, {"Item": {"pk": {"S": "ñ"}}})
BROKEN = (500, {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"})
THROTTLED = (400, {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"})
REFUSED = (400, {"__type": "com.amazon.coral.validate#ValidationException", "message": "no"})
KEY = {"pk": {"S": "USER#ñandú"}, "sk": {"S": "SHOW"}}


class Server(ThreadingHTTPServer):
    """Gives the answers of a list, one a request, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self, answers: list[Any]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.over = threading.Event()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((dict(self.headers), body))
        answer = self.server.answers.pop(0)
        if answer == HANG:
            self.server.over.wait()
            self.close_connection = True
            return
        status, content = answer[0], json.dumps(answer[1]).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers = []

    def start(*answers: Any) -> Server:
        server = Server(list(answers))
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def connect() -> Iterator[Callable[..., SignedClient]]:
    clients = []

    def to(endpoint: str, **env: str) -> SignedClient:
        clients.append(SignedClient({**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, **env}))
        return clients[-1]

    yield to
    for client in clients:
        client._connection.close()


def get(client: SignedClient) -> dict[str, Any]:
    return client.get_item(TableName="chatsim", Key=KEY, ConsistentRead=False)


def assert_unavailable(client: SignedClient) -> None:
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        get(client)
    assert time.monotonic() - begun < LIMIT_S + BUSY_S


def test_an_answer_has_the_shape_of_boto3(serve, connect):
    assert get(connect(serve(OK).endpoint)) == OK[1]


def test_one_connection_serves_many_requests(serve, connect):
    server = serve(OK, OK, OK)
    client = connect(server.endpoint)
    get(client)
    kept = client._connection.sock
    get(client)
    client.query(TableName="chatsim")
    assert client._connection.sock is kept
    assert [asked[0]["x-amz-target"].partition(".")[2] for asked in server.asked] == ["GetItem", "GetItem", "Query"]


@pytest.mark.parametrize("first", [BROKEN, THROTTLED, HANG], ids=["500", "throttled", "hanging"])
def test_a_second_attempt_mends_the_first(serve, connect, first):
    server = serve(first, OK)
    begun = time.monotonic()
    assert get(connect(server.endpoint)) == OK[1]
    assert time.monotonic() - begun < LIMIT_S + BUSY_S
    assert len(server.asked) == 2


@pytest.mark.parametrize("answer", [BROKEN, THROTTLED, HANG], ids=["500", "throttled", "hanging"])
def test_two_attempts_are_all(serve, connect, answer):
    server = serve(answer, answer, OK)
    assert_unavailable(connect(server.endpoint))
    assert len(server.asked) == 2


def test_what_the_store_refuses_is_not_asked_again(serve, connect):
    server = serve(REFUSED, OK)
    assert_unavailable(connect(server.endpoint))
    assert len(server.asked) == 1


def test_a_refused_connection(connect):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert_unavailable(connect(f"http://127.0.0.1:{port}"))


def test_a_server_that_never_accepts(connect):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(1)
        assert_unavailable(connect(f"http://127.0.0.1:{mute.getsockname()[1]}"))


class Drip:
    """A store that says the beginning of its answer at once and then a byte each fifth of a second, for ever."""

    def __init__(self, beginning: bytes) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._beginning, self._over = beginning, threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._answer, args=(self._listening.accept()[0],), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.sendall(self._beginning)
            while not self._over.wait(0.2):
                caller.sendall(b"x")

    def close(self) -> None:
        self._over.set()
        self._listening.close()


STATUS = b"HTTP/1.1 200 OK\r\n"
DRIPS = {"status": b"HTTP/1.1 200 ", "headers": STATUS + b"X-Slow: ", "body": STATUS + b"Content-Length: 999\r\n\r\n{"}


@pytest.mark.parametrize("where", ["headers", *(pytest.param(w, marks=pytest.mark.soak) for w in ("status", "body"))])
def test_an_answer_that_drips_is_given_up(connect, where):
    with closing(Drip(DRIPS[where])) as drip:
        assert_unavailable(connect(drip.endpoint))


def test_it_works_again_after_a_failure(serve, connect):
    client = connect(serve(HANG, HANG, OK).endpoint)
    assert_unavailable(client)
    assert get(client) == OK[1]


@pytest.mark.parametrize("token", ["", "a/session+token=="])
@pytest.mark.parametrize("when", ["2026-11-22T10:04:30Z", "2027-01-01T00:00:00Z"])
def test_the_signature_is_what_botocore_makes(serve, connect, token, when):
    server = serve(OK)
    with time_machine.travel(when, tick=False):
        get(connect(server.endpoint, AWS_SESSION_TOKEN=token))
        headers, body = server.asked[0]
        ours = {name: headers[name] for name in ("content-type", "x-amz-target")}
        request = AWSRequest("POST", f"{server.endpoint}/", ours, body)
        credentials = Credentials(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"], token or None)
        SigV4Auth(credentials, "dynamodb", CREDENTIALS["AWS_REGION"]).add_auth(request)
    assert headers["Authorization"] == request.headers["Authorization"]
    assert headers["x-amz-date"] == request.headers["X-Amz-Date"]


def test_without_an_endpoint_it_speaks_tls_to_the_region(connect):
    client = SignedClient({**CREDENTIALS, "AWS_REGION": "eu-west-1"})
    assert (client._connection.host, client._connection.port) == ("dynamodb.eu-west-1.amazonaws.com", 443)
