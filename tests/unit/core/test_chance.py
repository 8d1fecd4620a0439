"""Chance that is the same everywhere: cheap luck, and what is dealt with it."""

from collections import Counter
from itertools import pairwise

from chatsim.chance import Dice
from chatsim.decks import rotation
from hypothesis import given
from hypothesis import strategies as st

CELLS = 12
# Worked out apart from the program: crc32 of the purpose, then Knuth's generator for MMIX, its upper half.
NUMBERS = [0.933041, 0.382221, 0.565383, 0.531648]


def test_the_numbers_for_a_purpose_are_always_the_same():
    dice = Dice("es/17")
    assert [round(dice.random(), 6) for _ in range(4)] == NUMBERS


def test_neighbours_numbers_have_nothing_to_do_with_each_other():
    """Chi-square over a board of any number and the one drawn after it, for purposes that differ by a digit or two."""
    drawn = [[dice.random() for _ in range(8)] for dice in (Dice(f"7/turn/cards0/{n}") for n in range(14_400))]
    for first, second in pairwise(range(8)):
        board = Counter((int(one[first] * CELLS), int(one[second] * CELLS)) for one in drawn)
        expected = len(drawn) / CELLS**2
        chi_square = sum((board[a, b] - expected) ** 2 / expected for a in range(CELLS) for b in range(CELLS))
        # 143 degrees of freedom: one in a thousand is above 200 or below 96.
        assert 96 < chi_square < 200, (first, second)


@given(st.integers(0, 2**48), st.integers(1, 60), st.integers(0, 10_000))
def test_one_goes_round_a_list_and_meets_every_card_once(seed, size, ordinal):
    cards = [str(i) for i in range(size)]
    met = [rotation(seed, "greetings", cards, ordinal + i) for i in range(2 * size)]
    assert sorted(met[:size]) == sorted(cards)
    assert met[size:] == met[:size]


def test_shows_go_round_a_list_in_ways_of_their_own():
    cards = [str(i) for i in range(21)]
    ways = {tuple(rotation(seed, "greetings", cards, i) for i in range(21)) for seed in range(40)}
    assert len(ways) > 30
    assert len({way[0] for way in ways}) > 12
