"""The second opinion on lines: what it knows, what it makes of lines nobody taught it, and how it learns."""

import pytest
from chatsim.spelling import readings
from chatsim_ai import learned
from chatsim_ai.learned import features, is_harmful, kinds_of, score

from tests.faults import learn


@pytest.mark.parametrize(
    "line",
    [
        "los de tu raza no deberían nacer, son gusanos",
        "nobody in your family would cry at your funeral",
        "sé en qué gimnasio entrena tu hermana",
        "your sister would look better without that shirt",
        "pon tus ahorros en mi moneda y se multiplican",
    ],
)
def test_lines_it_has_not_read_are_harmful(line: str) -> None:
    assert is_harmful(readings(line))


@pytest.mark.parametrize(
    "line",
    [
        "los trolls de ese puente no deberían pegar tanto",
        "nobody in my party had a torch",
        "sé en qué cofre está la llave",
        "my sister would love this boss",
        "pon tus monedas en el banco del pueblo",
        "gg",
        "",
    ],
)
def test_lines_it_has_not_read_are_harmless(line: str) -> None:
    assert not is_harmful(readings(line))


def test_one_harmful_reading_is_enough() -> None:
    assert is_harmful(["qué buen salto", "ojalá te ahorques con esa cuerda"])
    assert not is_harmful([])


def test_a_word_has_kinds() -> None:
    assert "group" in kinds_of("mexicanos")
    assert "group" in kinds_of("irish")
    assert kinds_of("xyzzy") == ()


def test_features_are_places_in_the_weights_and_the_one_all_share_is_none_of_them() -> None:
    words, kinds = features("los goblins son una plaga streamer")
    assert words
    assert kinds
    assert all(0 < at < learned.BUCKETS == len(learned.weights()) for at in words + kinds)
    assert learned.ALWAYS == 0
    assert features("los goblins son una plaga") == (words, kinds)
    assert score("") < 0


def test_it_learns_what_sets_lines_apart() -> None:
    harmful, harmless = ["dark red moon", "red rain", "a red gate"], ["dark blue moon", "blue rain", "a blue gate"]
    taught = [learn.Example.of(line, 1, 4.0) for line in harmful] + [
        learn.Example.of(line, -1, 4.0) for line in harmless
    ]
    weights = learn.learn(taught)
    words, _ = features("red boat")
    others, _ = features("blue boat")
    assert sum(weights[at] for at in words) > 0 > sum(weights[at] for at in others)


def test_weights_are_bytes_and_clipped() -> None:
    assert learn.packed([0.0, 1.0, -1.0, 99.0, -99.0]) == bytes([0, 32, 224, 127, 129])
