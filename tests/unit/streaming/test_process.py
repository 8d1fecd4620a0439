"""The loop as Lambda starts it: a process of its own, run by the wrapper `start`."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import chatsim_streaming
import pytest

from tests.unit.streaming.fake_runtime_api import FakeRuntimeApi

START = Path(chatsim_streaming.__file__).with_name("start")
Launch = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def launch(api: FakeRuntimeApi, tmp_path: Path) -> Iterator[Launch]:
    """Start the wrapper as Lambda's bootstrap does, on a module `app` with this source."""
    processes: list[subprocess.Popen[str]] = []

    def launch(source: str, handler: str = "app.handler", **env: str) -> "subprocess.Popen[str]":
        (tmp_path / "app.py").write_text(textwrap.dedent(source))
        process = subprocess.Popen(
            [START, sys.executable, "/var/runtime/bootstrap.py"],
            env={**os.environ, "AWS_LAMBDA_RUNTIME_API": api.address, "_HANDLER": handler}
            | {"LAMBDA_TASK_ROOT": str(tmp_path), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield launch
    for process in processes:
        process.kill()
        process.communicate()


SLEEPER = """
    import time
    from chatsim_streaming import StreamingResponse

    def lines(first):
        try:
            yield from first
            time.sleep(60)
            yield b"never"
        finally:
            print("body closed")

    def handler(event, context):
        return StreamingResponse(200, {}, lines([b"one"] if event == "one" else []))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_idle_ends_the_process_at_once(api, launch, number):
    process = launch(SLEEPER)
    assert api.waiting.wait(10)
    process.send_signal(number)
    output, errors = process.communicate(timeout=5)
    assert (process.returncode, output, errors) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_stream_whose_body_sleeps(api, launch, number):
    process = launch(SLEEPER)
    api.invoke("one")
    assert api.first_chunk.wait(10)
    process.send_signal(number)
    output, errors = process.communicate(timeout=5)
    answer = api.answer()
    assert answer.streamed == [b"one"]
    assert answer.trailers["Lambda-Runtime-Function-Error-Type"] == "Runtime.Shutdown"
    closed, line = output.splitlines()
    assert (closed, json.loads(line)["end"]) == ("body closed", "Runtime.Shutdown")
    assert (process.returncode, errors) == (0, "")


def test_a_second_signal_does_not_interrupt_the_clean_up(api, launch):
    """Ctrl-C in a terminal comes from the terminal and, often, once more from who started the process."""
    process = launch("""
        import time
        from chatsim_streaming import StreamingResponse

        def lines():
            try:
                yield b"one"
                time.sleep(60)
            finally:
                print("closing", flush=True)
                time.sleep(0.3)
                print("closed")

        handler = lambda event, context: StreamingResponse(200, {}, lines())
    """)
    api.invoke()
    assert api.first_chunk.wait(10)
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "closing\n"
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "closed\n"
    assert process.wait(timeout=5) == 0
    assert api.answer().trailers["Lambda-Runtime-Function-Error-Type"] == "Runtime.Shutdown"


HOLDER = """
    import sys, time
    from chatsim_streaming import StreamingResponse

    def lines():
        print("in body", flush=True)
        time.sleep(60)
        yield b"never"

    def handler(event, context):
        if event == "stream":
            return StreamingResponse(200, {}, lines())
        print("in handler", flush=True)
        time.sleep(0.3)
        return "finished"
"""


def test_a_signal_before_the_first_byte_is_an_error(api, launch):
    process = launch(HOLDER)
    api.invoke("stream")
    assert process.stdout.readline() == "in body\n"
    process.terminate()
    assert process.wait(timeout=5) == 0
    answer = api.answer()
    assert (answer.kind, answer.headers["Lambda-Runtime-Function-Error-Type"]) == ("error", "Runtime.Shutdown")


def test_a_signal_lets_a_handler_finish_its_answer(api, launch):
    process = launch(HOLDER)
    api.invoke("buffered")
    assert process.stdout.readline() == "in handler\n"
    process.terminate()
    assert process.wait(timeout=5) == 0
    assert json.loads(api.answer().body) == "finished"


@pytest.mark.parametrize(
    ("source", "handler", "error_type"),
    [
        ("import no_such_module", "app.handler", "ModuleNotFoundError"),
        ("1 / 0", "app.handler", "ZeroDivisionError"),
        ("raise SystemExit(0)", "app.handler", "SystemExit"),
        ("def handler(): pass", "app.other", "AttributeError"),
        ("def handler(", "app.handler", "SyntaxError"),
        ("", "handler", "ValueError"),
    ],
)
def test_a_handler_that_cannot_be_imported(api, launch, source, handler, error_type):
    process = launch(source, handler)
    answer = api.answer()
    assert answer.path == "/2018-06-01/runtime/init/error"
    assert answer.headers["Lambda-Runtime-Function-Error-Type"] == error_type
    said = json.loads(answer.body)
    assert said["errorType"] == error_type
    assert said["errorMessage"]
    assert said["stackTrace"]
    process.communicate(timeout=5)
    assert process.returncode == 1


def test_a_runtime_api_that_is_gone_ends_the_process(api, launch):
    process = launch("handler = print")
    assert api.waiting.wait(10)
    api.hang_up()
    api.hang_up()
    _, errors = process.communicate(timeout=5)
    assert process.returncode == 1
    assert errors == "the connection to the Runtime API broke: Broken\n"


def test_the_wrapper_keeps_a_python_path_and_ignores_the_working_folder(api, launch, tmp_path, monkeypatch):
    """The task root first, then the layer, then what was there: the order of the managed runtime."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "json.py").write_text("1 / 0")
    monkeypatch.chdir(elsewhere)
    launch("import sys\nhandler = lambda event, context: sys.path", PYTHONPATH="/kept")
    api.invoke()
    path = json.loads(api.answer().body)
    assert path[:3] == [str(tmp_path), str(START.parent.parent), "/kept"]
    assert str(elsewhere) not in path
    assert "" not in path


def test_what_is_loaded_is_never_looked_at_for_garbage(api, launch):
    """Garbage is not looked for while the handler is imported, and then only in what came later."""
    launch(
        "import gc\nwhile_loading = gc.isenabled()\n"
        "handler = lambda event, context: [while_loading, gc.isenabled(), gc.get_freeze_count(), len(gc.get_objects())]"
    )
    api.invoke()
    while_loading, later, kept, others = json.loads(api.answer().body)
    assert (while_loading, later) == (False, True)
    assert kept > 10 * others


def test_the_loop_imports_the_standard_library_and_the_core_only(api, launch):
    list_modules = "[name.partition('.')[0] for name in sys.modules]"
    bare = subprocess.check_output([sys.executable, "-c", f"import json, sys; print(json.dumps({list_modules}))"])
    launch(f"import sys\nhandler = lambda event, context: {list_modules}")
    api.invoke()
    loaded = set(json.loads(api.answer().body)) - set(json.loads(bare))
    assert loaded - sys.stdlib_module_names == {"app", "chatsim_streaming", "chatsim"}
