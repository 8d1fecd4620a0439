"""Secrets out of SSM: decrypted, remembered for five minutes, and what happens while SSM is down."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from chatsim import aws
from chatsim_web import secrets
from chatsim_web.secrets import AGAIN_MS, LIFE_MS, Secrets

from tests import fake_ssm
from tests.conftest import CREDENTIALS
from tests.fake_ssm import FakeSsm

PATH = "/chat-simulation-stream/prod/"
NOW = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSsm]:
    with fake_ssm.running() as running:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL_SSM": running.url}.items():
            monkeypatch.setenv(name, value)
        running.values = {f"{PATH}GROQ_API_KEY": "gsk_1", f"{PATH}deeper/OTHER": "x", "/else/GROQ_API_KEY": "y"}
        yield running


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def keys(ssm: FakeSsm, clock: Any) -> Iterator[Secrets]:
    made = Secrets(PATH, lambda: int(datetime.datetime.now().timestamp() * 1000))
    yield made
    made._ssm._connection.close()


def test_what_stands_right_under_the_path_comes_decrypted(keys, ssm):
    assert keys() == {"GROQ_API_KEY": "gsk_1"}
    (asked,) = ssm.asked
    assert asked == {"Path": PATH.rstrip("/"), "WithDecryption": True}


def test_an_answer_of_many_pages_is_read_whole(keys, ssm):
    ssm.page = 1
    ssm.values[f"{PATH}CEREBRAS_API_KEY"] = "csk_1"
    assert keys() == {"GROQ_API_KEY": "gsk_1", "CEREBRAS_API_KEY": "csk_1"}


def test_it_is_remembered_and_a_change_counts_within_five_minutes(keys, ssm, clock):
    keys()
    ssm.values[f"{PATH}GROQ_API_KEY"] = "gsk_2"
    clock.shift(LIFE_MS / 1000 - 1)
    assert keys() == {"GROQ_API_KEY": "gsk_1"}
    assert len(ssm.asked) == 1
    clock.shift(2)
    assert keys() == {"GROQ_API_KEY": "gsk_2"}
    ssm.values.clear()
    clock.shift(LIFE_MS / 1000 + 1)
    assert keys() == {}


def test_none_there_is_a_normal_state_remembered_as_well(keys, ssm, caplog):
    ssm.values.clear()
    assert (keys(), keys()) == ({}, {})
    assert len(ssm.asked) == 1
    assert not caplog.records


@pytest.mark.parametrize(
    ("fails", "said", "attempts"),
    [("AccessDeniedException", "AccessDeniedException", 1), ("InternalServerError", "InternalServerError", 2)],
)
def test_while_ssm_is_down_there_are_none_and_it_says_so_once(keys, ssm, clock, caplog, fails, said, attempts):
    ssm.fails = fails
    for _ in range(3):
        assert keys() == {}
    assert len(ssm.asked) == attempts, "it is left alone for a while"
    clock.shift(AGAIN_MS / 1000)
    assert keys() == {}
    (record,) = caplog.records
    assert (record.levelname, said in record.message) == ("WARNING", True)
    assert "gsk_1" not in caplog.text
    ssm.fails = ""
    clock.shift(AGAIN_MS / 1000)
    assert keys() == {"GROQ_API_KEY": "gsk_1"}
    ssm.fails = fails
    clock.shift(LIFE_MS / 1000 + 1)
    assert keys() == {"GROQ_API_KEY": "gsk_1"}, "what is known goes on"
    assert len(caplog.records) == 2


def test_a_hanging_ssm_is_given_up(ssm, monkeypatch, caplog):
    monkeypatch.setattr(secrets, "TIMEOUT_S", 0.1)
    ssm.fails = "hang"
    keys = Secrets(PATH, lambda: 1)
    assert keys() == {}
    assert "TimeoutError" in caplog.text
    keys._ssm._connection.close()


def test_no_path_asks_nobody(ssm):
    assert Secrets("", lambda: 1)() == {}
    assert not ssm.asked


def test_its_times_leave_room_in_the_doors():
    """generate has 20 s, of which the writer takes 12."""
    assert (aws.DEADLINE_TIMEOUTS + 1) * secrets.TIMEOUT_S <= 4
