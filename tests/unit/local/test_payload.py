"""Lambda's payload format 2.0, as HTTP APIs and function URLs speak it."""

import base64
import json

import pytest

from local import payload


def scope(**over):
    return {
        "type": "http",
        "method": "POST",
        "http_version": "1.1",
        "raw_path": b"/api/x%20y",
        "query_string": b"a=1&b=%C3%B1&a=2",
        "client": ("127.0.0.1", 5000),
        "headers": [(b"host", b"localhost:8000"), (b"x-one", b"1"), (b"user-agent", b"t"), (b"x-one", b"2")],
        **over,
    }


def test_the_parts_of_a_request_are_where_a_function_looks_for_them():
    event = payload.event(scope(), b'{"a":1}', "POST /api/x", "id-1")
    assert event["version"] == "2.0"
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/api/x%20y"
    assert event["rawQueryString"] == "a=1&b=%C3%B1&a=2"
    assert event["queryStringParameters"] == {"a": "1,2", "b": "ñ"}
    assert event["headers"]["x-one"] == "1,2"
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert event["requestContext"]["http"]["userAgent"] == "t"
    assert event["requestContext"]["requestId"] == "id-1"
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "POST /api/x"
    assert isinstance(event["requestContext"]["timeEpoch"], int)
    json.dumps(event)


def test_cookies_are_a_list_of_their_own():
    event = payload.event(scope(headers=[(b"cookie", b"a=1; b=2"), (b"cookie", b"c=3")]), b"", "$default", "id")
    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in event["headers"]


def test_what_was_not_sent_is_absent():
    event = payload.event(scope(query_string=b""), b"", "$default", "id")
    assert event["rawQueryString"] == ""
    assert not {"body", "cookies", "queryStringParameters"} & event.keys()


@pytest.mark.parametrize(
    ("content_type", "body", "as_base64"),
    [
        ("application/json", b'{"a":"\xc3\xb1"}', False),
        ("application/json; charset=utf-8", b"{", False),
        ("text/plain", b"x", False),
        ("", b"x", False),
        ("application/octet-stream", b"x", True),
        ("application/json", b"\xff", True),
    ],
)
def test_text_stays_text_and_the_rest_is_base64(content_type, body, as_base64):
    headers = [(b"content-type", content_type.encode())] if content_type else []
    event = payload.event(scope(headers=headers), body, "$default", "id")
    assert event["isBase64Encoded"] is as_base64
    assert (base64.b64decode(event["body"]) if as_base64 else event["body"].encode()) == body


def test_a_whole_answer():
    raw = {
        "statusCode": 201,
        "headers": {"Content-Type": "text/plain", "Content-Length": "999", "X-N": 1},
        "cookies": ["a=1", "b=2"],
        "body": "ñ",
    }
    answer = payload.buffered_answer(json.dumps(raw).encode())
    assert answer.status == 201
    assert answer.body == "ñ".encode()
    assert answer.headers == [
        (b"content-type", b"text/plain"),
        (b"x-n", b"1"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"content-length", b"2"),
    ]


def test_a_binary_answer():
    raw = {"statusCode": 200, "body": base64.b64encode(b"\0\xff").decode(), "isBase64Encoded": True}
    assert payload.buffered_answer(json.dumps(raw).encode()).body == b"\0\xff"


def test_json_without_a_status_is_the_body():
    answer = payload.buffered_answer(b'{"hello": 1}')
    assert (answer.status, answer.body) == (200, b'{"hello": 1}')
    assert (b"content-type", b"application/json") in answer.headers


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"statusCode": "ok"}',
        b'{"statusCode": 99}',
        b'{"statusCode": 200, "body": {}}',
        b'{"statusCode": 200, "headers": ["x"]}',
        b'{"statusCode": 200, "headers": {"a": "\\u4e00"}}',
        b'{"statusCode": 200, "body": "!", "isBase64Encoded": true}',
    ],
)
def test_an_answer_of_another_form_is_refused(raw):
    with pytest.raises(payload.BadAnswer):
        payload.buffered_answer(raw)


def test_a_prelude():
    assert payload.prelude(
        b'{"statusCode": 404, "headers": {"content-type": "text/event-stream"}, "cookies": ["a=1"]}'
    ) == (
        404,
        [(b"content-type", b"text/event-stream"), (b"set-cookie", b"a=1")],
    )
    for bad in (b"", b"[]", b"{", b'{"statusCode": 1000}'):
        with pytest.raises(payload.BadAnswer):
            payload.prelude(bad)
