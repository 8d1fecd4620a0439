import pytest
from chatsim.errors import Unavailable
from chatsim.remembered import KEPT, LastKnown, Remembered


def test_a_value_is_asked_for_once_a_minute():
    now, answers = [0], iter([(), ("a",), ("b",)])
    value = Remembered(lambda: next(answers), lambda: now[0])
    assert (value(), value()) == ((), ())
    now[0] = 59_999
    assert value() == ()
    now[0] = 60_000
    assert (value(), value()) == (("a",), ("a",))


def test_a_failure_is_not_remembered():
    answers = iter([Unavailable(), "keys"])

    def fetch():
        answer = next(answers)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    value = Remembered(fetch, lambda: 0)
    with pytest.raises(Unavailable):
        value()
    assert value() == "keys"


def test_an_old_value_is_better_than_none_and_asked_for_again():
    now, answers = [0], iter(["old", Unavailable(), "new"])

    def fetch():
        answer = next(answers)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    value = Remembered(fetch, lambda: now[0])
    assert value() == "old"
    now[0] = 60_000
    assert (value(), value()) == ("old", "old"), "and the trouble is not waited for each time"
    now[0] = 120_000
    assert value() == "new"


class Table(dict):
    down = False

    def read(self, key):
        if self.down:
            raise Unavailable
        return self[key]


def test_the_last_known_is_told_while_the_store_is_silent_and_no_longer():
    table = Table(ana=1, eva=1)
    known = LastKnown(table.read)
    assert known("ana") == 1
    table["ana"], table.down = 2, True
    assert known("ana") == 1
    with pytest.raises(Unavailable):
        known("eva")
    table.down = False
    assert known("ana") == 2


def test_the_newest_are_known():
    table = Table({n: n for n in range(KEPT + 1)})
    known = LastKnown(table.read)
    for n in (*range(KEPT), 0, KEPT):
        known(n)
    table.down = True
    assert (known(0), known(2), known(KEPT)) == (0, 2, KEPT)
    with pytest.raises(Unavailable):
        known(1)
