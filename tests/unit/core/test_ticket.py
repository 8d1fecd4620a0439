import pytest
from chatsim import ticket
from chatsim.errors import Unauthenticated
from chatsim.ticket import MAX_LENGTH, Ticket, TicketKeys
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.make import NOW

KEYS = TicketKeys("k2", {"k2": b"new" * 11, "k1": b"old" * 11})
SHOW = Ticket("user_2x", "show", NOW + 1000, "0a1b2c3d4e", 7)
OVERLAY = Ticket("user_2x", "overlay", NOW + 1000, generation="a1b2")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."


@pytest.mark.parametrize("made", [SHOW, OVERLAY], ids=lambda made: made.purpose)
def test_a_ticket_comes_back(made):
    signed = ticket.sign(made, KEYS)
    assert signed.startswith("k2.")
    assert set(signed) <= set(ALPHABET)
    assert ticket.verify(signed, KEYS, NOW) == made


@given(st.text(min_size=1, max_size=60), st.integers(NOW + 1, 10**14), st.text(max_size=10), st.integers(0, 10**9))
def test_any_user_comes_back(user, expires_at, show, number):
    made = Ticket(user, "show", expires_at, show, number)
    assert ticket.verify(ticket.sign(made, KEYS), KEYS, NOW) == made


def test_it_lives_until_its_end():
    signed = ticket.sign(SHOW, KEYS)
    assert ticket.verify(signed, KEYS, NOW + 999)
    with pytest.raises(Unauthenticated) as refused:
        ticket.verify(signed, KEYS, NOW + 1000)
    assert refused.value.reason == "ticket_expired"


def test_the_previous_key_still_opens_and_no_longer_signs():
    before = ticket.sign(SHOW, KEYS._replace(current="k1"))
    assert ticket.verify(before, KEYS, NOW) == SHOW
    assert ticket.sign(SHOW, KEYS) != before


@pytest.mark.parametrize(
    "keys", [TicketKeys("", {}), TicketKeys("k3", {"k3": b"x" * 32}), TicketKeys("k2", {"k2": b"x" * 32})]
)
def test_a_key_we_do_not_have_opens_nothing(keys):
    refuse(ticket.sign(SHOW, KEYS), keys)


def test_a_key_may_not_be_named_for_another():
    refuse("k1" + ticket.sign(SHOW, KEYS)[2:])


def test_every_byte_counts():
    signed = ticket.sign(SHOW, KEYS)
    for place, char in enumerate(signed):
        for other in {ALPHABET[(ALPHABET.index(char) + step) % len(ALPHABET)] for step in (1, 2, 17, 40)}:
            refuse(signed[:place] + other + signed[place + 1 :])
        refuse(signed[:place] + signed[place + 1 :])
        refuse(signed[:place] + char + signed[place:])
        refuse(signed[:place])


@given(st.text(max_size=300))
def test_any_text_is_refused(text):
    refuse(text)
    refuse(f"k2.{text}.{text}")


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "k2..", "k2.e30.", "k2." + "A" * 2_000_000, "ñ.ñ.ñ", "k2.\ud800.\udfff", "\x00" * 50, "k2.%00.%00",
     "eyJhbGciOiJub25lIn0.e30.",  # pragma: allowlist secret - a JWT that says nothing
     "k2.W10." + "A" * 43],
)  # fmt: skip
def test_garbage_is_refused(text):
    refuse(text)


def test_a_ticket_of_ours_is_well_within_its_length():
    assert len(ticket.sign(SHOW._replace(user="u" * 255), KEYS)) < MAX_LENGTH


def refuse(text: str, keys: TicketKeys = KEYS) -> None:
    with pytest.raises(Unauthenticated) as refused:
        ticket.verify(text, keys, NOW)
    assert refused.value.reason == "ticket_invalid"
