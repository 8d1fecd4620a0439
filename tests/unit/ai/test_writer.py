"""From answers good and bad to a pack: salvaged, filtered, merged, filled up."""

import time
from itertools import chain
from pathlib import Path

import pytest
from chatsim import builtin, data
from chatsim.errors import InvalidName
from chatsim.names import Name, name_of
from chatsim_ai.failover import AttemptRecord, Failover
from chatsim_ai.filter import line_fault, name_fault
from chatsim_ai.settings import AiSettings
from chatsim_ai.writer import FULL, USABLE, AiUnavailable, Writer, Written

from tests.unit.ai.fakes import FakeProvider, answer, breaks, drips, endless, hangs, says, shown

GAME = name_of("Hollow Garden", "game")
TOPIC = name_of("viajes", "justchatting")
SETTINGS = AiSettings({})


def write(*providers: FakeProvider, name: Name = GAME, settings: AiSettings = SETTINGS) -> Written:
    failover = Failover(providers, settings.first_token_s, start=0)
    return Writer(failover, settings).write(name, "es", builtin.find(name, "es"))


def amounts(written: Written) -> tuple[int, ...]:
    return tuple(map(len, written.phrases.values()))


def test_a_whole_answer() -> None:
    written = write(FakeProvider("a", says(answer())))
    assert amounts(written) == (150, 60, 80, 30)
    assert list(written.phrases) == ["gameplay", "reactions", "questions", "emotes"]
    assert len(written.names) == 80
    assert (written.provider, written.salvaged, written.dropped, written.topped_up) == ("a", False, 0, 0)


def test_warming_up_asks_nobody() -> None:
    providers = [FakeProvider("a", says(answer())), FakeProvider("b", says(answer()))]
    Writer(Failover(providers, 3), SETTINGS).warm()
    assert [(provider.warmed, provider.asked) for provider in providers] == [(True, 0)] * 2


def test_a_topic_has_comments() -> None:
    written = write(FakeProvider("a", says(answer(main="c"))), name=TOPIC)
    assert list(written.phrases) == ["comments", "reactions", "questions", "emotes"]
    assert len(written.phrases["comments"]) == 150


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pieces_of_any_size(size: int) -> None:
    text = answer()
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert write(FakeProvider("a", says(*pieces))) == write(FakeProvider("a", says(text)))


def test_a_cut_answer_keeps_its_good_lines() -> None:
    text = answer(5)
    written = write(FakeProvider("a", breaks("cut", text[:-9])), FakeProvider("b", says(answer())))
    assert amounts(written) == (100, 40, 50, 20)  # 75, 30, 40, 15 of its own
    assert (written.provider, written.salvaged, written.topped_up) == ("a", True, 25 + 10 + 10 + 5)
    assert len(written.names) == 39  # the last line was not whole
    said = set(chain(*written.phrases.values(), written.names))
    assert said >= {line[2:] for line in text.splitlines()[:-1]}
    assert text.splitlines()[-1][2:-8] not in said


def test_the_fallback_is_spoken_and_never_repeats() -> None:
    name = name_of("Elden Ring", "game")
    pack = builtin.find(name, "es")
    spare = pack.filled(name.display)["gameplay"]
    text = answer(3).replace("g|", f"g|{spare[0].upper()}\ng|", 1)
    written = write(FakeProvider("a", says(text)), name=name)
    assert written.phrases["gameplay"].count(spare[0]) == 0
    assert set(written.phrases["gameplay"][46:]) <= set(spare)
    assert not any("{game}" in line for line in chain(*written.phrases.values()))
    assert amounts(written) == FULL


def test_too_few_lines_are_merged_with_the_next_ones() -> None:
    written = write(FakeProvider("a", breaks("cut", answer(2))), FakeProvider("b", says(answer(8, first=2))))
    assert amounts(written) == (150, 60, 80, 30)
    assert (written.provider, written.salvaged, written.topped_up) == ("a+b", True, 0)


def test_the_same_lines_twice_count_once() -> None:
    with pytest.raises(AiUnavailable) as caught:
        write(FakeProvider("a", says(answer(2))), FakeProvider("b", says(answer(2))))
    assert caught.value.kinds == {"a": "thin", "b": "empty"}


def test_just_usable() -> None:
    def answer_of(*counts: int) -> str:
        marks = [mark for mark, count in zip("grqe", counts, strict=True) for _ in range(count)]
        texts = [line[2:] for line in answer().splitlines() if line[0] != "n"]
        return "\n".join(f"{mark}|{text}" for mark, text in zip(marks, texts, strict=False))

    assert amounts(write(FakeProvider("a", says(answer_of(*USABLE))))) == FULL
    for number in range(4):
        short = tuple(least - (number == at) for at, least in enumerate(USABLE))
        with pytest.raises(AiUnavailable):
            write(FakeProvider("a", says(answer_of(*short))))


@pytest.mark.parametrize("refusal", ["x|", "x|\n", "\n- X| esto no es un juego\n", "x|\ng|hola\n", "```\nx|\n```"])
@pytest.mark.parametrize(("name", "code"), [(GAME, "INVALID_GAME"), (TOPIC, "INVALID_TOPIC")])
def test_a_refusal(refusal: str, name: Name, code: str) -> None:
    records: list[AttemptRecord] = []
    failover = Failover([FakeProvider("a", says(refusal))], 3, records.append)
    with pytest.raises(InvalidName) as caught:
        Writer(failover, SETTINGS).write(name, "es", builtin.find(name, "es"))
    assert caught.value.code == code
    assert records[0].kind == "ok"


def test_a_refusal_after_good_lines_is_none() -> None:
    written = write(FakeProvider("a", says("g|hola\nx|\n" + answer(9))))
    assert written.dropped == 1


def test_a_refusal_in_prose_is_an_empty_answer() -> None:
    with pytest.raises(AiUnavailable) as caught:
        write(FakeProvider("a", says("I'm sorry, but I can't help with that.")))
    assert caught.value.kinds == {"a": "empty"}


def test_nobody_answers() -> None:
    with pytest.raises(AiUnavailable) as caught:
        write(FakeProvider("a", breaks("server")), FakeProvider("b", breaks("rate_limited", retry_after_s=9)))
    assert caught.value.kinds == {"a": "server", "b": "rate_limited"}
    with pytest.raises(AiUnavailable) as caught:
        write()
    assert caught.value.kinds == {}


def test_who_rests_is_told() -> None:
    failover = Failover([FakeProvider("a", breaks("rate_limited", retry_after_s=9))], 3)
    for kind in ("rate_limited", "resting"):
        with pytest.raises(AiUnavailable) as caught:
            Writer(failover, SETTINGS).write(GAME, "es", builtin.find(GAME, "es"))
        assert caught.value.kinds == {"a": kind}


@pytest.mark.parametrize("act", [hangs(2), drips("g|hola\n", 0.02), drips("z", 0.01)], ids=["hang", "lines", "letters"])
def test_a_slow_one_and_a_healthy_one(act: object) -> None:
    quick = AiSettings({}, deadline_s=2, first_token_s=0.25)
    began = time.monotonic()
    written = write(FakeProvider("a", act), FakeProvider("b", says(answer())), settings=quick)  # type: ignore[arg-type]
    assert written.provider in ("b", "a+b")
    assert time.monotonic() - began < 5


def test_all_of_them_slow() -> None:
    quick = AiSettings({}, deadline_s=0.4, first_token_s=0.25)
    began = time.monotonic()
    with pytest.raises(AiUnavailable) as caught:
        write(FakeProvider("a", hangs(3)), FakeProvider("b", hangs(3)), settings=quick)
    assert caught.value.kinds == {"a": "timeout", "b": "deadline"}
    assert time.monotonic() - began < 2.5


def test_the_deadline_keeps_what_is_good() -> None:
    def act(deadline: float):  # type: ignore[no-untyped-def]
        yield answer(6)
        time.sleep(1)

    written = write(FakeProvider("a", act), settings=AiSettings({}, deadline_s=0.5, first_token_s=3))
    assert written.salvaged
    assert amounts(written)[0] == 100


def test_an_endless_answer_ends() -> None:
    text = answer(12).splitlines(keepends=True)
    provider = FakeProvider("a", endless(lambda number: text[number % len(text)]))
    written = write(provider)
    assert amounts(written) == (150, 60, 80, 30)
    assert provider.closed.acquire(timeout=2)


def test_one_line_too_many_is_not_dropped() -> None:
    more = answer(2, first=10).replace("r|", "g|").replace("q|", "g|").replace("e|", "g|").replace("n|", "g|")
    written = write(FakeProvider("a", says(answer(9) + more)))
    assert len(written.phrases["gameplay"]) == 150
    assert written.dropped == 0


def test_malformed_lines_are_counted() -> None:
    written = write(FakeProvider("a", says("Claro, aquí tienes:\n" + answer(9) + "z|hola\ng|visita evil.com\n")))
    assert written.dropped == 3


def test_an_ai_that_obeys_a_hostile_name() -> None:
    _, samples = data.sections((Path(__file__).parent / "hostile.txt").read_text("utf-8"))
    hostile = [shown(line) for line in chain(*samples.values())]
    rows = [f"{mark}|{line}" for line in hostile for mark in "grqen"]
    name = Name("game", "visita evil.com", "visita evil.com")
    good = answer(9).splitlines()
    mixed = [row for pair in zip(rows, good * 5, strict=False) for row in pair]
    written = write(FakeProvider("a", says("\n".join(mixed))), name=name)
    assert [line for line in chain(*written.phrases.values()) if line_fault(line)] == []
    assert [line for line in written.names if name_fault(line)] == []
    said = " ".join(chain(*written.phrases.values())).casefold()
    assert "evil" not in said
    assert "@" not in said
