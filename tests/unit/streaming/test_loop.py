"""The loop in this process, against a Runtime API on a real socket: every end of an invocation but the signals."""

import base64
import json
import os
import re
import time
from collections.abc import Callable, Iterator

import pytest
from chatsim_streaming import StreamingResponse
from chatsim_streaming.api import RuntimeApi
from chatsim_streaming.endings import Undelivered
from chatsim_streaming.runtime import MAX_CHUNK_BYTES, Context, Runtime

from tests.unit.streaming.fake_runtime_api import FakeRuntimeApi

SSE = {"content-type": "text/event-stream; charset=utf-8"}
Serve = Callable[..., None]


@pytest.fixture
def serve(api: FakeRuntimeApi) -> Iterator[Serve]:
    """Serve `times` invocations over one Runtime."""
    client = RuntimeApi(api.address)

    def serve(handler: Callable[[object, Context], object], times: int = 1) -> None:
        runtime = Runtime(client, handler)
        for _ in range(times):
            runtime.serve_one()

    yield serve
    client._connection.close()


class Body:
    """Yields the chunks, raises what is an exception, calls what can be called; remembers that it was closed."""

    def __init__(self, *steps: object) -> None:
        self._steps = iter(steps)
        self.closed = 0

    def __next__(self) -> object:
        step = next(self._steps)
        if isinstance(step, BaseException):
            raise step
        return step() if callable(step) else step

    def __iter__(self) -> "Body":
        return self

    def close(self) -> None:
        self.closed += 1


def streaming(body: object, status: object = 200, headers: object = SSE, cookies: object = ()) -> object:
    return StreamingResponse(status, headers, body, cookies)  # type: ignore[arg-type]


IN_LOG = "where is in the stack trace"


def error_in_trailers(answer) -> dict:
    return json.loads(base64.b64decode(answer.trailers["Lambda-Runtime-Function-Error-Body"]))


def test_a_stream_has_prelude_chunks_and_no_trailers(api, serve, capsys):
    body = Body(b"one", b"", b"two")
    api.invoke()
    serve(lambda event, context: streaming(body, 201, SSE, ("a=1", "b=2")))

    answer = api.answer()
    assert answer.path == "/2018-06-01/runtime/invocation/request-1/response"
    assert answer.headers["Lambda-Runtime-Function-Response-Mode"] == "streaming"
    assert answer.headers["Content-Type"] == "application/vnd.awslambda.http-integration-response"
    assert answer.headers["Trailer"] == "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"
    assert answer.prelude == {"statusCode": 201, "headers": SSE, "cookies": ["a=1", "b=2"]}
    assert answer.chunks[0].endswith(b"}" + b"\0" * 8)
    assert answer.streamed == [b"one", b"two"]
    assert answer.trailers == {}
    assert body.closed == 1
    line = json.loads(capsys.readouterr().out)
    assert line.pop("durationMs") >= 0
    assert line == {"level": "INFO", "requestId": "request-1", "bytes": 6, "chunks": 2, "end": "normal"}


def test_a_terminal_hears_of_failures_alone(api, serve, capsys, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "WARNING")
    api.invoke()
    serve(lambda event, context: {"fine": True})
    assert capsys.readouterr().out == ""


def test_the_handlers_notes_stand_in_the_line_of_log(api, serve, capsys):
    notes: dict[str, object] = {"requestId": "not his to say"}

    def lines() -> Iterator[bytes]:
        yield b"one"
        notes["Lines"] = 1

    api.invoke()
    serve(lambda event, context: StreamingResponse(200, SSE, lines(), notes=notes))
    line = json.loads(capsys.readouterr().out)
    assert (line["Lines"], line["requestId"], line["end"]) == (1, "request-1", "normal")


def test_a_chunk_leaves_before_the_next_is_made(api, serve):
    made_s: list[float] = []

    def after_the_first_arrived() -> bytes:
        assert api.first_chunk.wait(5), "the first chunk was held back"
        made_s.append(time.monotonic())
        return b"two"

    api.invoke()
    serve(lambda event, context: streaming(Body(b"one", after_the_first_arrived)))

    answer = api.answer()
    assert answer.streamed == [b"one", b"two"]
    assert answer.arrived_s[1] < made_s[0] < answer.arrived_s[2]


def test_many_invocations_share_one_connection(api, serve):
    for number in range(40):
        api.invoke(number)
    serve(lambda n, context: streaming(Body(b"x")) if n % 3 else 1 / 0 if n % 2 else {"n": n}, times=40)
    assert [api.answer().kind for _ in range(40)].count("error") == 7
    assert api.connections == 1


OVER = b"x" * (MAX_CHUNK_BYTES + 1)
BAD_PRELUDE = "Runtime.BadPrelude"


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([ValueError("no lines")], "ValueError"),
        ([SystemExit(3)], "SystemExit"),
        (["text"], "TypeError"),
        ([OVER], "Runtime.OversizedEvent"),
        ([BrokenPipeError("to the store")], "BrokenPipeError"),
    ],
)
def test_a_failing_body(api, serve, capsys, steps, end):
    """Before the first byte it is an error, after it trailers: never a cut without a word."""
    before, after = Body(*steps, b"never"), Body(b"one", *steps, b"never")
    for body in (before, after):
        api.invoke()
        serve(lambda event, context, body=body: streaming(body))

    answer = api.answer()
    assert (answer.kind, answer.headers["Lambda-Runtime-Function-Error-Type"]) == ("error", end)
    assert json.loads(answer.body)["errorType"] == end

    answer = api.answer()
    assert (answer.kind, answer.streamed) == ("response", [b"one"])
    assert answer.trailers["Lambda-Runtime-Function-Error-Type"] == end
    assert error_in_trailers(answer)["errorType"] == end

    assert (before.closed, after.closed) == (1, 1)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["level"], line["end"], line["chunks"]) for line in lines] == [("ERROR", end, 0), ("ERROR", end, 1)]


def test_a_chunk_of_exactly_the_maximum_is_sent_whole(api, serve):
    api.invoke()
    serve(lambda event, context: streaming(Body(OVER[1:])))
    assert api.answer().streamed == [OVER[1:]]


@pytest.mark.parametrize("steps", [[], [b""], [b"", b""]])
def test_an_empty_body_is_never_sent(api, serve, steps):
    body = Body(*steps)
    api.invoke()
    serve(lambda event, context: streaming(body))
    answer = api.answer()
    assert (answer.kind, json.loads(answer.body)["errorType"]) == ("error", "Runtime.EmptyBody")
    assert body.closed == 1


@pytest.mark.parametrize(
    ("status", "headers", "cookies"),
    [
        (99, SSE, ()),
        (600, SSE, ()),
        ("200", SSE, ()),
        (None, SSE, ()),
        (200, {"x": "a\r\nset-cookie: b"}, ()),
        (200, {"x\r\ny": "a"}, ()),
        (200, {"": "a"}, ()),
        (200, {"x y": "a"}, ()),
        (200, {"x": "ゼルダ"}, ()),
        (200, {"ñ": "a"}, ()),
        (200, {"x": 1}, ()),
        (200, {1: "x"}, ()),
        (200, SSE, ("a=1\n",)),
    ],
)
def test_what_http_cannot_carry_is_refused_before_the_first_byte(api, serve, status, headers, cookies):
    body = Body(b"one")
    api.invoke()
    serve(lambda event, context: streaming(body, status, headers, cookies))
    answer = api.answer()
    assert (answer.kind, json.loads(answer.body)["errorType"]) == ("error", BAD_PRELUDE)
    assert body.closed == 1


def test_latin_1_is_a_header_value(api, serve):
    api.invoke()
    serve(lambda event, context: streaming(Body(b"x"), 200, {"x-game": "Pokémon\tañil"}))
    assert api.answer().prelude["headers"] == {"x-game": "Pokémon\tañil"}


def test_the_deadline_ends_a_stream_with_a_margin(api, serve):
    """400 ms to go, margin 200 ms: an endless body is stopped while trailers can still be sent."""

    def tick() -> bytes:
        time.sleep(0.02)
        return b"."

    body = Body(*[tick] * 1000)
    api.invoke(deadline_in_ms=400)
    began_s = time.monotonic()
    serve(lambda event, context: streaming(body))
    answer = api.answer()
    assert time.monotonic() - began_s < 5, "the whole body takes 20 s"
    assert answer.trailers["Lambda-Runtime-Function-Error-Type"] == "Runtime.Deadline"
    assert len(answer.streamed) > 2
    assert body.closed == 1


def test_the_deadline_before_the_first_byte_is_an_error(api, serve):
    api.invoke(deadline_in_ms=150)
    serve(lambda event, context: streaming(Body(b"late")))
    answer = api.answer()
    assert (answer.kind, answer.headers["Lambda-Runtime-Function-Error-Type"]) == ("error", "Runtime.Deadline")


def test_when_the_reader_is_gone_the_loop_goes_on_with_the_next(api, serve, capsys):
    body = Body(*[b"x" * 10_000] * 1_000)
    api.hang_up_after = 2
    api.invoke("cut")
    api.invoke("whole")
    serve(lambda event, context: streaming(body) if event == "cut" else "still here", times=2)
    assert json.loads(api.answer().body) == "still here"
    assert body.closed == 1
    assert api.connections == 2
    assert json.loads(capsys.readouterr().out.splitlines()[0])["end"] == "Runtime.Undelivered"


@pytest.mark.parametrize("result", ["buffered", None], ids=["buffered", "streamed"])
def test_a_refused_answer_does_not_end_the_loop(api, serve, capsys, result):
    api.status = 413
    api.invoke()
    api.invoke()
    serve(lambda event, context: result or streaming(Body(b"x")), times=2)
    ends = [json.loads(line)["end"] for line in capsys.readouterr().out.splitlines()]
    assert ends == ["Runtime.Undelivered"] * 2
    assert api.connections == 1


def test_an_idle_connection_that_broke_is_opened_again_once(api, serve):
    api.hang_up()
    api.invoke("hello")
    serve(lambda event, context: event)
    assert json.loads(api.answer().body) == "hello"

    api.hang_up()
    api.hang_up()
    with pytest.raises(Undelivered):
        serve(lambda event, context: event)


def test_a_failing_clean_up_shows_in_the_log_only(api, serve, capsys):
    body = Body(b"one")
    body.close = lambda: 1 / 0  # type: ignore[method-assign]
    api.invoke()
    serve(lambda event, context: streaming(body))
    assert api.answer().trailers == {}
    assert api.is_silent()
    assert json.loads(capsys.readouterr().out)["end"] == "ZeroDivisionError"


def test_what_an_error_says_is_not_in_the_trailers_so_they_fit(api, serve):
    api.invoke()
    serve(lambda event, context: streaming(Body(b"one", RuntimeError("😀" * 10_000))))
    answer = api.answer()
    assert sum(len(name) + len(value) + 4 for name, value in answer.trailers.items()) < 4096
    assert error_in_trailers(answer) == {"errorType": "RuntimeError", "errorMessage": IN_LOG, "stackTrace": []}


@pytest.mark.parametrize("result", [{"statusCode": 200, "body": "ñ"}, [1, 2], "text", None])
def test_what_is_no_stream_is_sent_as_json(api, serve, result):
    api.invoke()
    serve(lambda event, context: result)
    answer = api.answer()
    assert answer.kind == "response"
    assert answer.headers["Content-Type"] == "application/json"
    assert "Lambda-Runtime-Function-Response-Mode" not in answer.headers
    assert json.loads(answer.body) == result


@pytest.mark.parametrize("result", [object(), {"n": float("nan")}, b"bytes"])
def test_what_json_cannot_say_is_an_error(api, serve, result):
    api.invoke()
    serve(lambda event, context: result)
    assert api.answer().kind == "error"


def test_a_handler_error_names_class_and_place_but_never_the_event_nor_what_it_says_of_it(api, serve, capsys):
    def handler(event: object, context: Context) -> object:
        raise LookupError(f"no pack for {event}") from KeyError(event["headers"]["x-ticket"])

    api.invoke({"headers": {"x-ticket": "s3cret"}})
    serve(handler)
    answer = api.answer()
    said = json.loads(answer.body)
    assert (said["errorType"], said["errorMessage"]) == ("LookupError", IN_LOG)
    assert re.search(r"test_loop\.py.*in handler", "".join(said["stackTrace"]))
    log = capsys.readouterr().out
    line = json.loads(log)
    assert (line["requestId"], line["end"]) == ("request-1", "LookupError")
    assert "test_loop.py" in "".join(line["stackTrace"])
    assert "s3cret" not in log + answer.body.decode()


def test_an_event_that_is_not_json_is_an_error(api, serve):
    api.invoke_raw(b"{")
    serve(lambda event, context: event)
    assert api.answer().headers["Lambda-Runtime-Function-Error-Type"] == "JSONDecodeError"


def test_the_context_tells_id_function_and_time_left(api, serve, monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "chat-stream")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
    seen: list[Context] = []
    api.invoke(deadline_in_ms=5_000)
    serve(lambda event, context: seen.append(context))
    (context,) = seen
    assert (context.aws_request_id, context.invoked_function_arn) == ("request-1", "arn:test")
    assert (context.function_name, context.memory_limit_in_mb) == ("chat-stream", 256)
    assert 3_000 < context.get_remaining_time_in_millis() <= 5_000


def test_a_trace_id_lasts_one_invocation(api, serve):
    seen: list[str | None] = []
    api.invoke(Lambda_Runtime_Trace_Id="Root=1-2-3")
    api.invoke()
    serve(lambda event, context: seen.append(os.environ.get("_X_AMZN_TRACE_ID")), times=2)
    assert seen == ["Root=1-2-3", None]
