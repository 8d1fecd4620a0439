"""`python -m local` as people run it, with small functions of its own in place of the doors."""

import concurrent.futures
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import httpx
import jwt
import pytest

from local.launch import running

NO_KEYS = {"GROQ_API_KEY": "", "CEREBRAS_API_KEY": ""}

TEMPLATE = """
Globals:
  Function: {Timeout: 10, Environment: {Variables: {TABLE_NAME: !Ref Table}}}
Resources:
  Stream:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/stream/
      Handler: app.handler
      FunctionUrlConfig: {AuthType: AWS_IAM, InvokeMode: RESPONSE_STREAM}
  Api:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/api/
      Handler: app.handler
      Events:
        Make: {Type: HttpApi, Properties: {Method: POST, Path: /api/thing}}
        AnythingElse: {Type: HttpApi, Properties: {Method: ANY, Path: $default}}
  Hasty:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/api/
      Handler: app.handler
      Timeout: 1
      Events:
        Hasty: {Type: HttpApi, Properties: {Method: GET, Path: /api/hasty}}
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Origins: [{Id: stream, DomainName: !GetAtt StreamUrl.FunctionUrl}]
        CacheBehaviors: [{PathPattern: /api/stream*, TargetOriginId: stream}]
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
"""

API = """
import json, os, time

def handler(event, context):
    query = event.get("queryStringParameters", {})
    time.sleep(float(query.get("sleep_s", 0)))
    if "fail" in query:
        raise ValueError("on purpose")
    body = {"event": event, "env": dict(os.environ), "version": 1}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "cookies": ["a=1", "b=2"],
            "body": json.dumps(body)}
"""

STREAM = """
import os, time
from pathlib import Path
from chatsim_streaming import StreamingResponse

def handler(event, context):
    query = event.get("queryStringParameters", {})
    if "fail" in query:
        raise ValueError("on purpose")

    def chunks():
        for number in range(4):
            yield b"chunk %d;" % number
            if "die" in query:
                time.sleep(0.2)
                os._exit(1)
            time.sleep(float(query.get("pause_s", 0.3)))
        if "mark" in query:
            Path(query["mark"]).touch()

    return StreamingResponse(200, {"content-type": "text/event-stream"}, chunks())
"""


def lay_out(folder: Path) -> Path:
    """A small product in `folder`; the path of its template."""
    for name, code in (("api", API), ("stream", STREAM)):
        (folder / "functions" / name).mkdir(parents=True)
        (folder / "functions" / name / "app.py").write_text(code)
    (folder / "template.yaml").write_text(TEMPLATE)
    return folder / "template.yaml"


@contextlib.contextmanager
def stack_in(folder: Path):
    """The stack for the product in `folder`, and a client of it."""
    arguments = ("--template", str(folder / "template.yaml"), "--site", str(folder / "dist"))
    with (
        running(folder / "data", *arguments, errors=folder / "stderr") as stack,
        httpx.Client(base_url=stack.url, timeout=20) as client,
    ):
        yield stack, client


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("product")
    lay_out(folder)
    return folder


@pytest.fixture(scope="module")
def shared_stack(shared_folder):
    with stack_in(shared_folder) as (stack, client):
        yield stack, client


@pytest.fixture
def shared(shared_stack):
    return shared_stack[1]


def children(pid: int) -> set[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return {int(child) for child in found}


def alive(pids: set[int]) -> set[int]:
    states = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-p", ",".join(map(str, pids))], capture_output=True, text=True
    ).stdout.splitlines()
    return {int(line.split()[0]) for line in states if not line.split()[1].startswith("Z")}


def eventually(condition, within_s=10):
    give_up = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def assert_error(answer, status, code):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert (body["success"], body["error"]) == (False, code)
    assert body["message"]
    assert body["requestId"]


# ── requests and answers ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_function_gets_the_request_and_its_answer_comes_back(shared):
    answer = shared.post("/api/thing?a=1&a=2", json={"x": "ñ"}, headers={"cookie": "k=v"})
    assert answer.status_code == 200
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    event = answer.json()["event"]
    assert event["routeKey"] == "POST /api/thing"
    assert event["queryStringParameters"] == {"a": "1,2"}
    assert json.loads(event["body"]) == {"x": "ñ"}
    assert event["cookies"] == ["k=v"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/thing"), ("PUT", "/api/thing/"), ("DELETE", "/api//x/../y")]
)
def test_what_has_no_route_goes_to_the_default_and_is_never_redirected(shared, method, path):
    answer = shared.request(method, path)
    assert answer.status_code == 200
    assert answer.json()["event"]["routeKey"] == "$default"


def test_head_reaches_the_function_too(shared):
    answer = shared.head("/api/thing")
    assert answer.status_code == 200
    assert "set-cookie" in answer.headers
    assert answer.content == b""


def test_the_doors_get_the_local_settings(shared):
    env = shared.get("/api/x").json()["env"]
    port = shared.base_url.port
    assert env["TABLE_NAME"] == "chatsim"
    assert env["CHATSIM_LOCAL"] == "1"
    assert env["ALLOW_LIVE"] == "true"
    assert env["AUTH_ISSUER"] == "https://local.chatsim.localhost"
    assert env["AUTH_PUBLIC_KEY"].startswith("-----BEGIN PUBLIC KEY-----")
    assert set(env["ALLOWED_ORIGINS"].split(",")) == {
        f"http://{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")
    }
    assert env["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")


def test_a_function_that_raises_is_a_clear_502(shared):
    assert_error(shared.get("/api/x?fail=1"), 502, "BAD_GATEWAY")
    assert_error(shared.get("/api/stream?fail=1"), 502, "BAD_GATEWAY")
    assert shared.get("/api/x").status_code == 200


def test_a_function_that_takes_too_long_is_a_clear_502(shared):
    start = time.monotonic()
    assert_error(shared.get("/api/hasty?sleep_s=30"), 502, "BAD_GATEWAY")
    assert 1 <= time.monotonic() - start < 20
    assert shared.get("/api/hasty").status_code == 200


def test_a_body_too_large_for_lambda(shared):
    assert_error(shared.post("/api/thing", content=b"x" * 6_100_000), 413, "PAYLOAD_TOO_LARGE")


def test_ten_at_once_are_served_and_the_rest_told_to_come_back(shared):
    with concurrent.futures.ThreadPoolExecutor(13) as threads:
        answers = list(threads.map(lambda _: shared.get("/api/x?sleep_s=1.5"), range(13)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 3
    for answer in refused:
        assert_error(answer, 429, "RATE_LIMITED")
        assert answer.headers["retry-after"] == "1"
    assert all(answer.status_code == 200 for answer in answers if answer not in refused)


def test_the_gateway_adds_next_to_no_time(shared):
    """With Nagle's algorithm on, each of these took 44 ms, and twice that through a function."""
    took_s = []
    for _ in range(15):
        start = time.monotonic()
        shared.get("/api/x")
        took_s.append(time.monotonic() - start)
    assert min(took_s) < 0.04


# ── streams ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_chunks_arrive_as_they_are_made(shared):
    arrived_s = []
    with shared.stream("GET", "/api/stream") as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        parts = []
        for part in answer.iter_raw():
            parts.append(part)
            arrived_s.append(time.monotonic())
    assert parts == [b"chunk 0;", b"chunk 1;", b"chunk 2;", b"chunk 3;"]
    gaps = [later - earlier for earlier, later in itertools.pairwise(arrived_s)]
    assert all(0.15 < gap < 0.8 for gap in gaps), gaps


def test_a_stream_whose_function_dies_is_cut_and_does_not_look_whole(shared):
    with shared.stream("GET", "/api/stream?die=1") as answer:
        parts = answer.iter_raw()
        assert next(parts) == b"chunk 0;"
        with pytest.raises(httpx.RemoteProtocolError):
            next(parts)


def test_a_client_that_leaves_does_not_stop_the_function(shared, tmp_path):
    mark = tmp_path / "done"
    with shared.stream("GET", "/api/stream", params={"mark": str(mark)}) as answer:
        next(answer.iter_raw())
    eventually(mark.exists)


def test_streams_that_nobody_hears_give_way_when_all_are_busy(shared):
    def leave(_) -> None:
        with shared.stream("GET", "/api/stream?pause_s=9") as answer:
            assert next(answer.iter_raw()) == b"chunk 0;"

    with concurrent.futures.ThreadPoolExecutor(10) as threads:
        list(threads.map(leave, range(10)))
    # Else each of them would be busy until its function's timeout of 10 s.
    eventually(lambda: shared.get("/api/stream?pause_s=0").status_code == 200, within_s=6)


# ── what changes and what stays ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.soak
def test_changed_code_answers_the_next_request(tmp_path):
    lay_out(tmp_path)
    door = tmp_path / "functions" / "api" / "app.py"
    with stack_in(tmp_path) as (stack, client):
        assert client.get("/api/x").json()["version"] == 1
        door.write_text(API.replace('"version": 1', '"version": 2'))
        eventually(lambda: client.get("/api/x").json()["version"] == 2)

        door.write_text("this is not python")
        eventually(lambda: client.get("/api/x").status_code == 502)
        client.get("/api/x")
        assert (tmp_path / "stderr").read_text().count("Api: could not start") == 1
        door.write_text(API)
        eventually(lambda: client.get("/api/x").status_code == 200)

        plan = tmp_path / "template.yaml"
        plan.write_text(TEMPLATE.replace("Resources:", "Resources: {"))  # half written: told, and nothing else
        eventually(lambda: "template.yaml: " in (tmp_path / "stderr").read_text())
        assert client.get("/api/x").status_code == 200
        plan.write_text(TEMPLATE.replace("/api/thing}", "/api/another}"))
        assert f":{client.base_url.port} " in stack.process.stdout.readline()  # the same address once more
        eventually(lambda: client.post("/api/another").json()["event"]["routeKey"] == "POST /api/another")


@pytest.mark.soak
def test_a_stack_that_is_killed_leaves_no_process_and_loses_no_write(tmp_path):
    lay_out(tmp_path)
    key = {"pk": {"S": "USER#local_demo"}, "sk": {"S": "SLOTS"}}
    with stack_in(tmp_path) as (stack, client):
        store = store_of(client)
        store.put_item(TableName="chatsim", Item={**key, "slots": {"SS": ["game#doom"]}})
        token = client.post("/local/sign-in", json={"name": "demo"}).json()["token"]
        pids = children(stack.process.pid)
        assert len(pids) >= 4  # the store and a warm environment for each function
        stack.process.send_signal(signal.SIGKILL)
        stack.process.wait()
        eventually(lambda: not alive(pids), within_s=3)
    with stack_in(tmp_path) as (_, client):
        item = store_of(client).get_item(TableName="chatsim", Key=key, ConsistentRead=True)["Item"]
        assert item["slots"] == {"SS": ["game#doom"]}
        (key,) = client.get("/local/.well-known/jwks.json").json()["keys"]
        assert jwt.decode(token, jwt.PyJWK(key), ["RS256"])["sub"] == "local_demo"  # still signed in


def test_a_store_that_is_killed_comes_back_with_its_data(shared_stack, shared_folder):
    stack, client = shared_stack
    store = store_of(client)
    store.put_item(TableName="chatsim", Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    (emulator,) = [pid for pid in children(stack.process.pid) if "dynalite" in command_of(pid)]
    os.kill(emulator, signal.SIGKILL)
    eventually(lambda: "store: running again" in (shared_folder / "stderr").read_text())
    assert store.get_item(TableName="chatsim", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})["Item"]


@pytest.mark.soak
def test_asked_to_end_it_ends_everything(tmp_path):
    lay_out(tmp_path)
    with stack_in(tmp_path) as (stack, client), client.stream("GET", "/api/stream") as answer:
        next(answer.iter_raw())
        pids = children(stack.process.pid)
        stack.process.terminate()
        assert stack.process.wait(5) == 0
        assert not alive(pids)


def test_a_folder_or_a_port_in_use_is_said_plainly(shared, shared_folder, tmp_path):
    for port, data, said in (
        (0, shared_folder / "data", "Another make dev is using"),
        (shared.base_url.port, tmp_path / "data", "is taken"),
    ):
        command = [sys.executable, "-m", "local", "--port", str(port), "--data", str(data)]
        ended = subprocess.run(command, capture_output=True, text=True, env=os.environ | NO_KEYS)
        assert ended.returncode == 1
        assert said in ended.stderr
        assert "Traceback" not in ended.stderr


def store_of(client):
    env = client.get("/api/x").json()["env"]
    return boto3.client(
        "dynamodb",
        endpoint_url=env["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def command_of(pid: int) -> str:
    return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout
