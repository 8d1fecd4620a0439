"""Whose turn it is, how long it lasts, and who rests."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from chatsim_ai.failover import MAX_CHARS, AttemptRecord, Failover
from chatsim_ai.provider import ProviderError

from tests.unit.ai.fakes import FakeProvider, breaks, drips, endless, hangs, says

LINE = "g|hola\n"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def ask(failover: Failover, deadline: float | None = None, enough: int = 1) -> list[tuple[str, str, str]]:
    """Provider, text and kind of each turn, until one brought `enough` pieces that are useful."""
    deadline = failover.clock() + 12 if deadline is None else deadline
    turns = []
    with closing(failover.attempts([], deadline)) as attempts:
        for attempt in attempts:
            text = ""
            for piece in attempt:
                text += piece
                attempt.useful()
            turns.append((attempt.provider, text, attempt.kind))
            if attempt.kind == "ok" and len(text) >= enough:
                break
    return turns


def test_turns_go_round() -> None:
    failover = Failover([FakeProvider(name, says(LINE)) for name in "abc"], 3, start=1)
    assert [ask(failover)[0][0] for _ in range(5)] == ["b", "c", "a", "b", "c"]


def test_the_start_is_random() -> None:
    starts = {ask(Failover([FakeProvider(name, says(LINE)) for name in "abc"], 3))[0][0] for _ in range(60)}
    assert starts == {"a", "b", "c"}


def test_no_providers_no_turns() -> None:
    assert ask(Failover([], 3)) == []


@pytest.mark.parametrize(
    "kind", ["rate_limited", "server", "timeout", "connection", "malformed", "auth", "model", "cut"]
)
def test_any_failure_hands_on(kind: str) -> None:
    failover = Failover([FakeProvider("a", breaks(kind, "g|a")), FakeProvider("b", says(LINE))], 3, start=0)
    assert ask(failover) == [("a", "g|a", kind), ("b", LINE, "ok")]


def test_a_fault_of_the_providers_code_hands_on() -> None:
    def act(deadline: float) -> Iterator[str]:
        raise ZeroDivisionError
        yield

    failover = Failover([FakeProvider("a", act), FakeProvider("b", says(LINE))], 3, start=0)
    assert ask(failover) == [("a", "", "error"), ("b", LINE, "ok")]


def test_an_answer_without_a_useful_line_is_empty() -> None:
    failover = Failover([FakeProvider("a", says()), FakeProvider("b", says(LINE))], 3, start=0)
    assert [turn[2] for turn in ask(failover)] == ["empty", "ok"]


def test_nothing_useful_in_time_loses_the_turn() -> None:
    hanging, healthy = FakeProvider("a", hangs(2)), FakeProvider("b", says(LINE))
    began = time.monotonic()
    assert [turn[2] for turn in ask(Failover([hanging, healthy], 0.1, start=0))] == ["timeout", "ok"]
    assert 0.1 <= time.monotonic() - began < 1.5
    assert hanging.closed.acquire(timeout=4)


def test_talk_that_is_of_no_use_does_not_keep_the_turn() -> None:
    failover = Failover([FakeProvider("a", drips("hm ", 0.01))], 0.1)
    began = time.monotonic()
    with closing(failover.attempts([], began + 5)) as attempts:
        attempt = next(attempts)
        assert len("".join(attempt)) > 2
        assert attempt.kind == "timeout"
    assert time.monotonic() - began < 3


def test_a_drip_after_a_good_start_does_not_keep_it_either() -> None:
    dripping = FakeProvider("a", drips(LINE, 0.02))
    began = time.monotonic()
    assert [turn[2] for turn in ask(Failover([dripping, FakeProvider("b", says(LINE))], 0.15, start=0))] == [
        "timeout",
        "ok",
    ]
    assert time.monotonic() - began < 3
    assert dripping.closed.acquire(timeout=2)


@pytest.mark.parametrize("act", [hangs(3), drips("z", 0.05)])
def test_the_deadline_holds_whatever_a_provider_does(act: object) -> None:
    provider = FakeProvider("a", act)  # type: ignore[arg-type]
    began = time.monotonic()
    assert [turn[2] for turn in ask(Failover([provider, provider], 5), began + 0.2)] == ["deadline"]
    assert time.monotonic() - began < 2
    assert provider.closed.acquire(timeout=5)


@pytest.mark.parametrize("piece", ["z" * 1_000, "z", ""])
def test_an_endless_answer_ends(piece: str) -> None:
    provider = FakeProvider("a", endless(lambda number: piece))
    [(_, text, kind)] = ask(Failover([provider], 5))
    assert kind == "endless"
    assert len(text) in (0, MAX_CHARS + max(1, len(piece)))
    assert provider.closed.acquire(timeout=3)


def test_a_reader_that_has_enough_lets_go() -> None:
    provider = FakeProvider("a", endless(lambda number: LINE))
    records: list[AttemptRecord] = []
    with closing(Failover([provider], 5, records.append).attempts([], time.monotonic() + 5)) as attempts:
        attempt = next(attempts)
        for _ in attempt:
            attempt.useful()
            break
    assert provider.closed.acquire(timeout=3)
    assert [(record.kind, record.lines) for record in records] == [("ok", 1)]


def test_three_failures_running_are_a_rest() -> None:
    clock = Clock()
    bad, good = FakeProvider("bad", breaks("server")), FakeProvider("good", says(LINE))
    failover = Failover([bad, good], 3, clock=clock, start=0)
    for _ in range(6):
        ask(failover)
    assert bad.asked == 3
    assert failover.resting() == ("bad",)
    clock.now += 29.9
    ask(failover)
    ask(failover)
    assert bad.asked == 3
    clock.now += 0.2
    assert failover.resting() == ()
    ask(failover)
    ask(failover)
    assert bad.asked == 4
    assert failover.resting() == ("bad",)  # the fourth running


def test_a_success_between_forgets() -> None:
    provider = FakeProvider("a", breaks("server"), breaks("server"), says(LINE), breaks("server"), breaks("server"))
    failover = Failover([provider], 3, clock=Clock())
    for _ in range(5):
        ask(failover)
    assert failover.resting() == ()


@pytest.mark.parametrize("kind", ["length", "deadline"])
def test_our_own_limits_are_no_failure(kind: str) -> None:
    failover = Failover([FakeProvider("a", breaks(kind, LINE))], 3, clock=Clock())
    for _ in range(4):
        ask(failover)
    assert failover.resting() == ()


@pytest.mark.parametrize(
    ("told", "rest"),
    [(2.0, 2.0), (45.0, 45.0), (86_400.0, 600.0), (float("inf"), 600.0), (-5.0, 0.0), (float("nan"), 0.0)],
)
def test_a_provider_rests_as_long_as_it_asked(told: float, rest: float) -> None:
    clock = Clock()
    provider = FakeProvider("a", breaks("rate_limited", retry_after_s=told), says(LINE))
    failover = Failover([provider], 3, clock=clock)
    ask(failover)
    assert failover.resting() == (("a",) if rest else ())
    clock.now += rest - 0.1 if rest else 0
    assert ask(failover) == ([] if rest else [("a", LINE, "ok")])
    clock.now += 0.2
    assert ask(failover) == [("a", LINE, "ok")]


def test_every_turn_is_told() -> None:
    records: list[AttemptRecord] = []
    providers = [FakeProvider("a", breaks("cut", LINE)), FakeProvider("b", says(LINE, LINE, tokens=12))]
    ask(Failover(providers, 3, records.append, start=0))
    assert [(r.provider, r.kind, r.lines, r.tokens) for r in records] == [("a", "cut", 1, None), ("b", "ok", 2, 12)]
    for record in records:
        assert record.first_line_s is not None
        assert 0 <= record.first_line_s <= record.latency_s < 1


def test_a_provider_that_says_nothing_has_no_first_line() -> None:
    records: list[AttemptRecord] = []
    ask(Failover([FakeProvider("a", breaks("server"))], 3, records.append))
    assert records[0].first_line_s is None


def test_an_error_of_the_reader_still_counts_the_turn() -> None:
    records: list[AttemptRecord] = []
    failover = Failover([FakeProvider("a", says(LINE))], 3, records.append)
    attempts = failover.attempts([], time.monotonic() + 5)
    next(attempts)
    with pytest.raises(RuntimeError):
        attempts.throw(RuntimeError())
    assert len(records) == 1


def test_many_threads_share_the_turns() -> None:
    providers = [FakeProvider("a", says(LINE)), FakeProvider("b", says(LINE))]
    failover = Failover(providers, 3)
    threads = [threading.Thread(target=ask, args=(failover,)) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [provider.asked for provider in providers] == [32, 32]


def test_the_error_shows_its_kind_only() -> None:
    assert str(ProviderError("auth", 3)) == "auth"
