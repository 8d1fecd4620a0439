import pytest
from chatsim.remembered import Remembered


def test_a_value_is_asked_for_once_a_minute():
    now, answers = [0], iter([(), ("a",), ("b",)])
    value = Remembered(lambda: next(answers), lambda: now[0])
    assert (value(), value()) == ((), ())
    now[0] = 59_999
    assert value() == ()
    now[0] = 60_000
    assert (value(), value()) == (("a",), ("a",))


def test_a_failure_is_not_remembered():
    answers = iter([OSError(), "keys"])

    def fetch():
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    value = Remembered(fetch, lambda: 0)
    with pytest.raises(OSError):  # noqa: PT011 - the very one
        value()
    assert value() == "keys"
