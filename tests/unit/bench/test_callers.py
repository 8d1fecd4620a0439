"""Who asks the measured programs: the Runtime API's own loop, a bare one and a plain HTTP server answer it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from bench.callers import HttpClient, NoAnswer, RuntimeApi
from tests.conftest import ROOT

HANDLER = """
from chatsim_streaming import StreamingResponse

def handler(event, context):
    if event["fail"]:
        raise LookupError("no such thing")
    return StreamingResponse(200, {}, iter((b"retry: 1\\n\\n", b"data: {}\\n\\n", event["word"].encode())))
"""


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def start(api: RuntimeApi, *command: str, **environment: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, *command], env={"AWS_LAMBDA_RUNTIME_API": api.address, **environment})


@pytest.mark.parametrize("fail", [False, True])
def test_our_own_loop_is_asked_again_and_again(tmp_path: Path, started: list[subprocess.Popen[bytes]], fail: bool):
    (tmp_path / "app.py").write_text(HANDLER)
    api = RuntimeApi({"fail": fail, "word": "señal"})
    started.append(start(api, "-m", "chatsim_streaming", _HANDLER="app.handler", LAMBDA_TASK_ROOT=str(tmp_path)))
    for _ in range(2):
        if fail:
            with pytest.raises(NoAnswer, match=r"/error .*LookupError"):
                api.ask()
        else:
            answer = api.ask()
            assert answer.body.endswith("\0retry: 1\n\ndata: {}\n\nseñal".encode())
            assert answer.asked_s < answer.first_s < answer.last_s
    api.close()


def test_the_bare_loop_answers(started: list[subprocess.Popen[bytes]]):
    api = RuntimeApi({})
    started.append(start(api, str(ROOT / "bench/peers/bare_loop.py")))
    assert api.ask().body.endswith(b"\0data: {}\n\n")
    api.close()


@pytest.mark.parametrize("status", [200, 401])
def test_an_http_server_is_asked_on_one_connection(status: int):
    client = HttpClient("/", {})

    def serve() -> None:
        connection, _ = client.listening.accept()
        with connection:
            for _ in range(2):
                connection.recv(4096)
                connection.sendall(
                    b"HTTP/1.1 %d Said\r\nTransfer-Encoding: chunked\r\n\r\n"
                    b"2\r\n: \r\n8\r\ndata: {}\r\n1\r\n!\r\n0\r\n\r\n" % status
                )

    server = Thread(target=serve)
    server.start()
    for _ in range(2):
        if status == 200:
            assert client.ask().body == b": data: {}!"
        else:
            with pytest.raises(NoAnswer, match="401"):
                client.ask()
    server.join()
    client.close()
