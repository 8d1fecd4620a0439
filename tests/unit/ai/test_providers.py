"""Both real SDKs against a small server on this machine: what goes out, and what each failure is called."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from chatsim_ai.account import Account
from chatsim_ai.chat_completions import ChatCompletions
from chatsim_ai.provider import ProviderError
from chatsim_ai.settings import VENDORS

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, dict(self.headers), body))
        with suppress(OSError):
            self.server.behaviour(self)

    def do_GET(self) -> None:
        self.server.requests.append((self.path, {}, {}))
        self.status(404)

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def status(self, code: int, body: str = "{}", **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def raw(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, data: object) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        self.raw(f"data: {text}\n\n".encode())

    def end(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for end in (self.rfile, self.wfile, self.connection):
            end.close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    behaviour: Behaviour

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(params=list(VENDORS))
def provider(request: pytest.FixtureRequest, server: Server) -> Iterator[ChatCompletions]:
    vendor = VENDORS[request.param]
    url = f"http://127.0.0.1:{server.server_port}"
    made = vendor.open(Account("secret-key", vendor.default_model, url, silence_s=0.4), local=True)
    assert isinstance(made, ChatCompletions)
    yield made
    made.warm().client.close()


def delta(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text} if text is not None else {}, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}


def stream(*events: object, done: bool = True) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.begin()
        for event in events:
            handler.event(event)
        if done:
            handler.event("[DONE]")
        handler.end()

    return behave


def heard(provider: ChatCompletions, within_s: float = 5) -> tuple[str, int | None]:
    text, pieces = "", provider.stream([{"role": "user", "content": "hola"}], time.monotonic() + within_s)
    while True:
        try:
            text += next(pieces)
        except StopIteration as end:
            return text, end.value


def failed(provider: ChatCompletions, within_s: float = 5) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        heard(provider, within_s)
    return caught.value


def test_an_answer(server: Server, provider: ChatCompletions) -> None:
    server.behaviour = stream(delta("g|ho"), delta("la\n"), delta(finish="stop", usage={"total_tokens": 42}))
    assert heard(provider) == ("g|hola\n", 42)
    [(path, headers, body)] = server.requests  # and no warming up
    assert path == {"groq": "/openai/v1/chat/completions", "cerebras": "/v1/chat/completions"}[provider.name]
    assert headers["Authorization"] == "Bearer secret-key"
    assert body["model"] in ("openai/gpt-oss-120b", "gpt-oss-120b")
    assert body["stream"] is True
    assert body["messages"] == [{"role": "user", "content": "hola"}]
    assert body["reasoning_effort"] == "low"


def test_groqs_own_place_for_tokens(server: Server, provider: ChatCompletions) -> None:
    server.behaviour = stream(delta("hola"), delta(finish="stop", x_groq={"usage": {"total_tokens": 7}}))
    assert heard(provider) == ("hola", 7)


def test_thoughts_and_bare_events_are_no_answer(server: Server, provider: ChatCompletions) -> None:
    thought = delta()
    thought["choices"][0]["delta"] = {"reasoning": "the user wants", "role": "assistant"}
    server.behaviour = stream(thought, {**delta(), "choices": []}, delta("hola"), delta(finish="stop"))
    assert heard(provider) == ("hola", None)


def test_the_end_is_not_waited_for(server: Server, provider: ChatCompletions) -> None:
    def behave(handler: Handler) -> None:
        handler.begin()
        handler.event(delta("hola"))
        handler.event(delta(finish="stop"))
        time.sleep(3)

    server.behaviour = behave
    began = time.monotonic()
    assert heard(provider)[0] == "hola"
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "request"),
        (401, "auth"),
        (403, "auth"),
        (404, "model"),
        (408, "timeout"),
        (413, "rate_limited"),
        (422, "request"),
        (429, "rate_limited"),
        (498, "server"),
        (500, "server"),
        (502, "server"),
        (503, "server"),
    ],
)
def test_statuses(server: Server, provider: ChatCompletions, status: int, kind: str) -> None:
    server.behaviour = lambda handler: handler.status(status)
    error = failed(provider)
    assert (error.kind, error.retry_after_s) == (kind, None)
    assert len(server.requests) == 1  # never retried by the SDK


@pytest.mark.parametrize(("value", "seconds"), [("2", 2.0), ("45", 45.0), ("0.5", 0.5), ("soon", None), ("", None)])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after(server: Server, provider: ChatCompletions, status: int, value: str, seconds: float | None) -> None:
    server.behaviour = lambda handler: handler.status(status, Retry_After=value)
    began = time.monotonic()
    assert failed(provider).retry_after_s == seconds
    assert time.monotonic() - began < 1.5


def test_retry_after_as_a_date(server: Server, provider: ChatCompletions) -> None:
    at = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
    server.behaviour = lambda handler: handler.status(429, Retry_After=at)
    assert failed(provider).retry_after_s == pytest.approx(60, abs=5)


def test_a_retired_model(server: Server, provider: ChatCompletions) -> None:
    body = json.dumps({"error": {"message": "gone", "code": "model_decommissioned"}})
    server.behaviour = lambda handler: handler.status(400, body)
    assert failed(provider).kind == "model"


def test_a_key_follows_no_redirect(server: Server, provider: ChatCompletions) -> None:
    server.behaviour = lambda handler: handler.status(307, Location=f"http://127.0.0.1:{server.server_port}/elsewhere")
    assert failed(provider).kind == "request"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (stream(delta("g|hola\ng|ad"), done=False), "cut"),
        (stream(delta("g|hola\n"), done=True), "cut"),
        (stream(done=True), "empty"),
        (stream(done=False), "empty"),
        (stream(delta(finish="stop")), "empty"),
        (stream(delta("hola"), delta(finish="length")), "length"),
        (stream(delta("hola"), delta(finish="content_filter")), "refused"),
        (stream(delta(finish="tool_calls")), "malformed"),
        (stream(delta("hola"), "{broken"), "malformed"),
        (stream("[]"), "malformed"),
        (stream("null"), "malformed"),
        (stream('"text"'), "malformed"),
        (stream({"choices": "none"}), "malformed"),
        (stream({"choices": [{"delta": {"content": {"a": 1}}}]}), "malformed"),
        (stream({"choices": [{"delta": "text"}]}), "malformed"),
        (stream({"choices": [7]}), "malformed"),
        (stream("[" * 50_000), "malformed"),
        (stream({"error": {"message": "overloaded"}}), "server"),
        (stream(delta("hola"), delta(x_groq={"error": "over capacity"})), "server"),
        (lambda handler: (handler.begin(), handler.raw(b"data: \xff\xfe\n\n"), handler.end()), "malformed"),
        (lambda handler: handler.status(200, "<html>"), "empty"),
        (lambda handler: handler.status(200, ""), "empty"),
        (lambda handler: handler.status(200, "{}", Content_Encoding="gzip"), "malformed"),
        (lambda handler: handler.reset(), "connection"),
        (lambda handler: (handler.begin(), handler.event(delta("hola")), handler.reset()), "connection"),
        (lambda handler: (handler.begin(), handler.event(delta("hola")), handler.connection.shutdown(2)), "connection"),
        (lambda handler: time.sleep(0.7), "timeout"),
        (lambda handler: (handler.begin(), handler.event(delta("hola")), time.sleep(0.7)), "timeout"),
    ],
)
def test_faults(server: Server, provider: ChatCompletions, behaviour: Behaviour, kind: str) -> None:
    server.behaviour = behaviour
    began = time.monotonic()
    assert failed(provider).kind == kind
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("whole", [True, False], ids=["events", "bytes"])
def test_a_drip_ends_at_the_deadline(server: Server, provider: ChatCompletions, whole: bool) -> None:
    def behave(handler: Handler) -> None:
        handler.begin()
        for _ in range(200):
            handler.event(delta("z")) if whole else handler.raw(b":")
            time.sleep(0.05)

    server.behaviour = behave
    provider.warm()
    began = time.monotonic()
    assert failed(provider, within_s=0.5).kind == "timeout"
    assert 0.45 < time.monotonic() - began < 5


def test_nobody_there(provider: ChatCompletions) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    lonely = VENDORS[provider.name].open(Account("k", "m", url, silence_s=0.4), local=True)
    assert isinstance(lonely, ChatCompletions)
    assert failed(lonely).kind == "connection"
    lonely.warm().client.close()


def test_no_time_left(server: Server, provider: ChatCompletions) -> None:
    assert failed(provider, within_s=0).kind == "timeout"
    assert server.requests == []


def test_one_client_for_all_requests(server: Server, provider: ChatCompletions) -> None:
    server.behaviour = stream(delta("hola"), delta(finish="stop"))
    first = provider.warm()
    heard(provider)
    assert provider.warm() is first


def test_each_stream_has_a_line_of_its_own(provider: ChatCompletions) -> None:
    """HTTP/2 would share one, but needs TLS to show itself: the SDK's client is asked whether it would."""
    assert provider.warm().client._client._transport._pool._http2 is False


def test_a_model_that_does_not_think_is_not_told_how(server: Server, provider: ChatCompletions) -> None:
    server.behaviour = stream(delta("hola"), delta(finish="stop"))
    url = f"http://127.0.0.1:{server.server_port}"
    other = VENDORS[provider.name].open(Account("k", "llama", url, silence_s=0.4), local=True)
    assert isinstance(other, ChatCompletions)
    heard(other)
    assert "reasoning_effort" not in server.requests[-1][2]
    other.warm().client.close()
