"""The loop under AWS's own Runtime API server: what a fake could get wrong."""

import json
from pathlib import Path

import pytest

HANDLER = """
import os
from chatsim_streaming import StreamingResponse

def lines(event):
    yield b"first "
    if event == "break":
        raise ValueError("😀" * 10_000)
    yield os.environ["WORD"].encode()

def handler(event, context):
    if event == "fail":
        raise LookupError("no such pack")
    if event == "empty":
        return StreamingResponse(200, {}, iter([]))
    if event == "json":
        return {"id": context.aws_request_id, "arn": context.invoked_function_arn}
    return StreamingResponse(201, {"content-type": "text/plain"}, lines(event), ("a=1",))
"""
PRELUDE = {"statusCode": 201, "headers": {"content-type": "text/plain"}, "cookies": ["a=1"]}


@pytest.fixture
def task_root(tmp_path: Path) -> Path:
    folder = tmp_path / "task"
    folder.mkdir()
    (folder / "app.py").write_text(HANDLER)
    return folder


def test_one_process_serves_every_kind_of_end(rie, task_root):
    """Streams stand between the failures: after each the same process goes on."""
    with rie(task_root, "app.handler", {"WORD": "señal"}) as invoke:
        for _ in range(2):
            prelude, body = invoke("stream").split(b"\0" * 8)
            assert json.loads(prelude) == PRELUDE
            assert body.decode() == "first señal"

            failed = json.loads(invoke("fail"))
            assert (failed["errorType"], failed["errorMessage"]) == ("LookupError", "where is in the stack trace")

            assert json.loads(invoke("empty"))["errorType"] == "Runtime.EmptyBody"

            buffered = json.loads(invoke("json"))
            assert buffered["id"]
            assert buffered["arn"].startswith("arn:aws:lambda:")

            cut = invoke("break")
            assert cut.endswith(b"\0" * 8 + b"first "), "the trailers were refused, or the bytes sent before are lost"


def test_an_init_error_is_told_to_the_caller(rie, task_root):
    (task_root / "app.py").write_text("raise KeyError('TABLE_NAME')")
    with rie(task_root, "app.handler", {}) as invoke:
        said = json.loads(invoke("anything"))
    assert (said["errorType"], said["errorMessage"]) == ("KeyError", "'TABLE_NAME'")
