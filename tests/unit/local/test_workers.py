"""The pool of execution environments, with real processes on a real Runtime API."""

import asyncio
import contextlib
import json
import os
import signal

import pytest

from local.runtime_api import FunctionFailed
from local.stack import bound, runtime_app, serving
from local.template import Function
from local.workers import IDLE_S, MAX_WORKERS, Busy, Pool

HANDLER = """
import os, time

def handler(event, context):
    time.sleep(event.get("sleep_s", 0))
    if "die" in event:
        os._exit(3)
    return {"pid": os.getpid(), "name": os.environ["AWS_LAMBDA_FUNCTION_NAME"], "region": os.environ.get("AWS_REGION"),
            "profile": os.environ.get("AWS_PROFILE"), "greeting": os.environ["GREETING"], "folder": os.getcwd()}
"""


@contextlib.asynccontextmanager
async def pool_of(folder, code=HANDLER, timeout_s=5.0, settings=None):
    (folder / "app.py").write_text(code)
    function = Function("Toy", folder, "app.handler", timeout_s, 128, {"GREETING": "hola"}, (), None)
    async with contextlib.AsyncExitStack() as running:
        sockets = [running.enter_context(bound(0)) for _ in range(MAX_WORKERS)]
        pool = Pool(function, [own.getsockname()[1] for own in sockets], settings or {})
        await running.enter_async_context(serving(runtime_app([pool]), sockets))
        running.push_async_callback(pool.close)
        yield pool


async def call(pool, **event):
    return json.loads(b"".join([part async for part in pool.invoke(json.dumps(event).encode()).parts()]))


async def until(condition, within_s=8):
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.01)


def test_one_environment_answers_one_request_after_another(tmp_path):
    async def scenario():
        async with pool_of(tmp_path) as pool:
            pool.start()
            first, second = await call(pool), await call(pool)
            assert first["pid"] == second["pid"]
            assert len(pool.workers) == 1

    asyncio.run(scenario())


def test_the_environment_is_the_functions_and_never_the_owners_aws(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")

    async def scenario():
        async with pool_of(tmp_path, settings={"AWS_REGION": "us-east-1", "GREETING": "hello"}) as pool:
            answer = await call(pool)
            del answer["pid"]
            assert answer == {
                "name": "Toy",
                "region": "us-east-1",
                "profile": None,
                "greeting": "hello",
                "folder": str(tmp_path),
            }

    asyncio.run(scenario())


def test_requests_at_once_get_environments_of_their_own_which_go_when_idle_for_long(tmp_path):
    async def scenario():
        async with pool_of(tmp_path) as pool:
            answers = await asyncio.gather(*(call(pool, sleep_s=2) for _ in range(3)))
            assert len({answer["pid"] for answer in answers}) == 3
            now_s = asyncio.get_running_loop().time()
            pool.reap(now_s)
            await asyncio.sleep(0.05)
            assert len(pool.workers) == 3
            pool.reap(now_s + IDLE_S + 1)
            await until(lambda: len(pool.workers) == 1)
            assert (await call(pool))["pid"] in {answer["pid"] for answer in answers}

    asyncio.run(scenario())


def test_more_than_the_most_are_refused_and_the_others_answered(tmp_path):
    async def scenario():
        async with pool_of(tmp_path) as pool:
            calls = [asyncio.create_task(call(pool, sleep_s=0.3)) for _ in range(MAX_WORKERS)]
            await asyncio.sleep(0)
            with pytest.raises(Busy):
                pool.invoke(b"{}")
            await asyncio.gather(*calls)
            assert await call(pool)

    asyncio.run(scenario())


def test_one_that_takes_too_long_is_killed_and_replaced(tmp_path, capfd):
    async def scenario():
        async with pool_of(tmp_path, timeout_s=0.5) as pool:
            before = (await call(pool))["pid"]
            with pytest.raises(FunctionFailed, match="timed out"):
                await call(pool, sleep_s=30)
            assert (await call(pool))["pid"] != before

    asyncio.run(scenario())
    assert "Toy: timed out after 0.5 s" in capfd.readouterr().err


def test_one_that_dies_fails_its_request_only(tmp_path):
    async def scenario():
        async with pool_of(tmp_path) as pool:
            with pytest.raises(FunctionFailed, match="code 3"):
                await call(pool, die=True)
            assert await call(pool)

    asyncio.run(scenario())


def test_an_idle_one_that_is_killed_is_replaced_at_once(tmp_path):
    async def scenario():
        async with pool_of(tmp_path) as pool:
            pid = (await call(pool))["pid"]
            await asyncio.sleep(0.05)
            os.kill(pid, signal.SIGKILL)
            await until(lambda: any(worker.ready and worker.pid != pid for worker in pool.workers.values()))
            assert (await call(pool))["pid"] != pid

    asyncio.run(scenario())


def test_code_that_cannot_start_is_said_once_and_not_tried_in_a_loop(tmp_path, capfd):
    async def scenario():
        async with pool_of(tmp_path, "raise ValueError('no such setting')") as pool:
            pool.start()
            await until(lambda: not pool.workers)
            await asyncio.sleep(0.3)
            assert not pool.workers
            for _ in range(2):
                with pytest.raises(FunctionFailed):
                    await call(pool)
            (tmp_path / "app.py").write_text(HANDLER)
            pool.reload()
            assert await call(pool)

    asyncio.run(scenario())
    assert capfd.readouterr().err.count("Toy: could not start: ValueError: no such setting") == 1


def test_a_function_without_its_folder_fails_plainly(tmp_path, capfd):
    async def scenario():
        async with pool_of(tmp_path) as pool:
            (tmp_path / "app.py").unlink()
            tmp_path.rmdir()
            with pytest.raises(FunctionFailed):
                await call(pool)

    asyncio.run(scenario())
    assert "Toy: could not start: [Errno 2] No such file or directory" in capfd.readouterr().err


def test_changed_code_serves_the_next_request_while_the_old_ends_its_own(tmp_path):
    async def scenario():
        async with pool_of(tmp_path) as pool:
            old = asyncio.create_task(call(pool, sleep_s=1))
            await until(lambda: any(worker.invocation for worker in pool.workers.values()))
            (tmp_path / "app.py").write_text(HANDLER.replace('"pid": os.getpid()', '"pid": "changed"'))
            pool.reload()
            assert (await call(pool))["pid"] == "changed"
            assert isinstance((await old)["pid"], int)
            await until(lambda: len(pool.workers) == 1)
            assert (await call(pool))["pid"] == "changed"

    asyncio.run(scenario())
