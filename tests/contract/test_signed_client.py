"""The doors' small client of AWS on real sockets: how it signs, and that it always ends within 2 s."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from chatsim import aws
from chatsim.aws import AwsClient
from chatsim.errors import Unavailable
from chatsim.store.dynamo import DynamoStore
from chatsim.store.signed_client import SignedClient

from tests.conftest import CREDENTIALS
from tests.drip import DRIPS, Drip

LIMIT_S = 2.0
# What a machine that runs other tests beside this one may add.
BUSY_S = 2.0
HANG = 0
OK = (200, {"Item": {"pk": {"S": "ñ"}}})
BROKEN = (500, {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"})
THROTTLED = (400, {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"})
REFUSED = (400, {"__type": "com.amazon.coral.validate#ValidationException", "message": "no"})
UNMET = (400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"})
KEY = {"pk": {"S": "USER#ñandú"}, "sk": {"S": "SHOW"}}


class Server(ThreadingHTTPServer):
    """Gives the answers of a list, one a request, and keeps what it was asked.

    `hang_up`: it closes each connection that has had an answer, as one does that has been idle for too long.
    """

    daemon_threads = True

    def __init__(self, answers: list[Any]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.over = threading.Event()
        self.hang_up = False

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
        self.close_connection = self.server.hang_up

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
    kept = client._connection._socket
    get(client)
    client.query(TableName="chatsim")
    assert client._connection._socket is kept
    assert [asked[0]["x-amz-target"].partition(".")[2] for asked in server.asked] == ["GetItem", "GetItem", "Query"]


def test_verbs_of_writing(serve, connect):
    server = serve(*[(200, {"Attributes": {}})] * 3)
    client = connect(server.endpoint)
    for write in (client.put_item, client.update_item, client.delete_item):
        assert write(TableName="chatsim", Key=KEY) == {"Attributes": {}}
    verbs = [asked[0]["x-amz-target"].partition(".")[2] for asked in server.asked]
    assert verbs == ["PutItem", "UpdateItem", "DeleteItem"]


def test_bytes_go_as_base64(serve, connect):
    server = serve(OK)
    connect(server.endpoint).put_item(TableName="chatsim", Item={"phrases": {"B": b"\x00\xff"}})
    assert json.loads(server.asked[0][1])["Item"] == {"phrases": {"B": "AP8="}}


def test_a_condition_that_did_not_hold_is_no_trouble(serve, connect):
    server = serve(UNMET, OK)
    client = connect(server.endpoint)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.update_item(TableName="chatsim", Key=KEY)
    assert len(server.asked) == 1
    assert get(client) == OK[1]


def test_an_answer_of_many_pages_is_read_whole(serve, connect):
    def item(game: str) -> dict[str, Any]:
        return {"sk": {"S": f"game#es#{game}"}, "display_name": {"S": game.title()}, "times": {"N": "2"}}

    last = {"pk": {"S": "POPULAR#1"}, "sk": {"S": "game#es#doom"}}
    server = serve((200, {"Items": [item("doom")], "LastEvaluatedKey": last}), (200, {"Items": [item("hades")]}))
    assert [asked.game for asked in DynamoStore(connect(server.endpoint), "chatsim").asked(1)] == ["doom", "hades"]
    assert [json.loads(body).get("ExclusiveStartKey") for _, body in server.asked] == [None, last]


def closed_meanwhile(client: SignedClient) -> None:
    """Until the end of a connection that the far end has closed is here."""
    assert client._connection._socket.recv(1, socket.MSG_PEEK) == b""


@pytest.mark.parametrize("write", ["get_item", "update_item"])
def test_a_connection_closed_while_nobody_asked_costs_no_attempt(serve, connect, write):
    server = serve(OK, BROKEN, OK)
    server.hang_up = True
    client = connect(server.endpoint)
    get(client)
    closed_meanwhile(client)
    assert getattr(client, write)(TableName="chatsim", Key=KEY) == OK[1]
    assert len(server.asked) == 3


@pytest.mark.parametrize("first", [BROKEN, THROTTLED, HANG], ids=["500", "throttled", "hanging"])
def test_a_second_attempt_mends_the_first(serve, connect, first):
    server = serve(first, OK)
    begun = time.monotonic()
    assert get(connect(server.endpoint)) == OK[1]
    assert time.monotonic() - begun < LIMIT_S + BUSY_S
    assert len(server.asked) == 2


@pytest.mark.parametrize("first", [BROKEN, THROTTLED], ids=["500", "throttled"])
def test_who_was_turned_away_waits_a_moment(serve, connect, monkeypatch, first):
    monkeypatch.setattr(aws, "random", lambda: 1.0)
    begun = time.monotonic()
    get(connect(serve(first, OK).endpoint))
    assert time.monotonic() - begun >= aws.PAUSE_S


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


def test_another_service_is_signed_for_by_its_own_name(serve):
    server = serve((200, {"Parameters": []}))
    client = AwsClient({**CREDENTIALS, "AWS_ENDPOINT_URL_SSM": server.endpoint}, "ssm", "AmazonSSM", json_version="1.1")
    client.call("GetParametersByPath", {"Path": "/a"})
    client._connection.close()
    headers = server.asked[0][0]
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert headers["x-amz-target"] == "AmazonSSM.GetParametersByPath"
    assert "/us-east-1/ssm/aws4_request" in headers["Authorization"]


def test_without_an_endpoint_it_speaks_tls_to_the_region(connect):
    client = SignedClient({**CREDENTIALS, "AWS_REGION": "eu-west-1"})
    assert client._connection._address == ("dynamodb.eu-west-1.amazonaws.com", 443)
