"""Every way in which a provider stumbles: the streamer gets a pack, or hears in time that there is none."""

import re
import socket
import time
from concurrent.futures import Future
from typing import Any

import pytest
from chatsim import builtin
from chatsim.errors import InvalidName
from chatsim_ai import prompt
from chatsim_ai.writer import AiUnavailable

from local import fake_pack
from tests.faults.conftest import PROVIDERS, Outcome, new_game
from tests.faults.modes import FATAL, SALVAGED, Fault

WITHIN_S = 12.0
# What a machine that runs other tests beside this one may add.
BUSY_S = 3.0


def other(provider: str) -> str:
    return PROVIDERS[1 - PROVIDERS.index(provider)]


class Results(dict[Any, "Future[Outcome]"]):
    """Every scenario by (fault, the provider asked first, how many are faulty), all under way at once."""

    def start(self, ai: Any, desk: Any, aside: Any, fault: Fault, first: str, faulty: int) -> None:
        game = new_game()
        for provider in (first, other(first))[:faulty]:
            ai.behave(provider, fault.mode, game=game, **fault.how)
        self[fault, first, faulty] = aside(lambda: desk(first).ask(game))


@pytest.fixture(scope="module")
def results(ai: Any, desk: Any, aside: Any) -> Results:
    # The SDKs are imported before anything is measured, as a door does when it starts.
    desk().ask(new_game())
    found = Results()
    for fault in sorted(SALVAGED + FATAL, key=lambda fault: fault.kind not in ("deadline", "timeout")):
        for first in PROVIDERS:
            found.start(ai, desk, aside, fault, first, 1)
        if fault in FATAL:
            found.start(ai, desk, aside, fault, PROVIDERS[0], 2)
    return found


@pytest.mark.parametrize("first", PROVIDERS)
@pytest.mark.parametrize("fault", FATAL, ids=str)
def test_when_one_fails_the_other_writes_the_pack(results: Results, ai: Any, fault: Fault, first: str) -> None:
    outcome = results[fault, first, 1].result()
    assert outcome.error is None
    # A few lines of the first may be among them.
    assert outcome.written.provider.endswith(other(first))
    assert outcome.written.topped_up == 0
    assert outcome.took_s < WITHIN_S + BUSY_S
    assert [(turn.provider, turn.kind) for turn in outcome.turns] == [(first, fault.kind), (other(first), "ok")]
    assert ai.calls(outcome.game) == {"groq": 1, "cerebras": 1}


@pytest.mark.parametrize("fault", FATAL, ids=str)
def test_when_both_fail_that_is_said_in_time(results: Results, ai: Any, fault: Fault) -> None:
    outcome = results[fault, PROVIDERS[0], 2].result()
    assert isinstance(outcome.error, AiUnavailable)
    assert outcome.took_s < WITHIN_S + BUSY_S
    assert [turn.kind for turn in outcome.turns] == [fault.kind] * 2
    assert ai.calls(outcome.game) == {"groq": 1, "cerebras": 1}


@pytest.mark.parametrize("first", PROVIDERS)
@pytest.mark.parametrize("fault", SALVAGED, ids=str)
def test_good_lines_are_kept_however_the_answer_ends(results: Results, ai: Any, fault: Fault, first: str) -> None:
    outcome = results[fault, first, 1].result()
    assert outcome.error is None
    assert outcome.written.provider == first
    assert outcome.took_s < WITHIN_S + BUSY_S
    assert ai.calls(outcome.game) == {first: 1, other(first): 0}
    asked = prompt.messages(builtin.named(outcome.game, "game"), "es")
    said = {line.partition("|")[2] for line in fake_pack.answer(asked)}
    assert len(said & {phrase for lines in outcome.written.phrases.values() for phrase in lines}) > 60


@pytest.mark.parametrize("first", PROVIDERS)
def test_nothing_hostile_gets_through(results: Results, first: str) -> None:
    outcome = results[next(fault for fault in SALVAGED if fault.mode == "hostile"), first, 1].result()
    written = [phrase for lines in outcome.written.phrases.values() for phrase in lines] + list(outcome.written.names)
    hostile = {line.partition("|")[2] for line in fake_pack.hostile_lines(outcome.game)}
    assert not hostile & set(written)
    assert max(map(len, written)) <= 120
    bad = re.compile(r"[<>@`\x00-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u206f]|\w\.\w{2,}|//|\d{3}.?\d{3}")
    assert [line for line in written if bad.search(line.replace("<3", ""))] == []
    assert outcome.written.dropped >= 40


@pytest.mark.parametrize("first", PROVIDERS)
def test_a_refusal_is_the_answer_and_nobody_else_is_asked(ai: Any, desk: Any, first: str) -> None:
    game = new_game()
    ai.behave(first, "refusal", game=game)
    outcome = desk(first).ask(game)
    assert isinstance(outcome.error, InvalidName)
    assert outcome.took_s < 2
    assert ai.calls(game) == {first: 1, other(first): 0}


@pytest.mark.parametrize("first", PROVIDERS)
def test_where_nobody_listens_the_other_is_asked_at_once(ai: Any, desk: Any, first: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as own:
        port = own.getsockname()[1]
    lonely = desk(first, **{f"{first.upper()}_BASE_URL": f"http://127.0.0.1:{port}"})
    outcome = lonely.ask(new_game())
    assert outcome.written is not None
    assert outcome.written.provider == other(first)
    assert outcome.took_s < 3
    assert outcome.turns[0].kind == "connection"


def test_without_a_key_a_provider_is_passed_over(ai: Any, desk: Any) -> None:
    game = new_game()
    keyless = desk(GROQ_API_KEY="")
    assert all(keyless.ask(game).written.provider == "cerebras" for _ in range(2))
    assert ai.calls(game) == {"groq": 0, "cerebras": 2}


def test_healthy_providers_take_turns(ai: Any, desk: Any) -> None:
    game = new_game()
    own = desk()
    assert [own.ask(game).written.provider for _ in range(4)] == ["groq", "cerebras", "groq", "cerebras"]


def test_a_provider_rests_as_long_as_it_says(ai: Any, desk: Any) -> None:
    game = new_game()
    ai.behave("groq", "429", retry_after=2, game=game)
    own = desk()
    own.ask(game)
    came_back_s = time.monotonic() + 2
    assert own.failover.resting() == ("groq",)
    assert own.ask(game).written.provider == "cerebras"
    ai.behave("groq", "ok", game=game)
    time.sleep(max(0.0, came_back_s - time.monotonic()))
    assert {own.ask(game).written.provider for _ in range(2)} == set(PROVIDERS)


def test_a_provider_that_asks_for_45_s_is_not_asked_before(ai: Any, desk: Any) -> None:
    game = new_game()
    ai.behave("groq", "429", retry_after=45, game=game)
    own = desk()
    own.ask(game)
    time.sleep(2.1)
    assert [own.ask(game).written.provider for _ in range(2)] == ["cerebras"] * 2
    assert ai.calls(game) == {"groq": 1, "cerebras": 3}


def test_three_failures_and_a_provider_rests(ai: Any, desk: Any) -> None:
    game = new_game()
    ai.behave("groq", "500", game=game)
    own = desk()
    # It begins every other time: the first, third and fifth.
    for _ in range(7):
        assert own.ask(game).written.provider == "cerebras"
    assert ai.calls(game) == {"groq": 3, "cerebras": 7}
    assert own.failover.resting() == ("groq",)


def test_while_all_rest_it_is_said_at_once(ai: Any, desk: Any) -> None:
    game = new_game()
    for provider in PROVIDERS:
        ai.behave(provider, "429", retry_after=45, game=game)
    own = desk()
    own.ask(game)
    outcome = own.ask(game)
    assert isinstance(outcome.error, AiUnavailable)
    assert outcome.took_s < 2
    assert ai.calls(game) == {"groq": 1, "cerebras": 1}
