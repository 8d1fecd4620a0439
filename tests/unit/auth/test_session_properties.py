"""No change to a good token makes another good token, and no bytes make an error that is not ours."""

import string

import pytest
import time_machine
from chatsim.errors import Unauthenticated
from chatsim_auth import SessionVerifier
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from tests.unit.auth.issuer import NOW_S, USER, b64, claims, header, segment, settings, sign

with time_machine.travel(NOW_S, tick=False):
    GOOD = sign()

VERIFIER = SessionVerifier(settings())
CHARACTERS = st.one_of(st.sampled_from(string.ascii_letters + string.digits + "-_.=+/ \0\n"), st.characters())


def refused(token: str) -> bool:
    with time_machine.travel(NOW_S, tick=False):
        try:
            VERIFIER.verify(token)
        except Unauthenticated:
            return True
    return False


def test_the_token_the_changes_start_from_is_good() -> None:
    with time_machine.travel(NOW_S, tick=False):
        assert VERIFIER.verify(GOOD) == USER


@budget(max_examples=400, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), removed=st.integers(0, 40), added=st.text(CHARACTERS, max_size=40))
def test_a_mutated_token_is_refused(at: int, removed: int, added: str) -> None:
    mutant = GOOD[:at] + added + GOOD[at + removed :]
    assert mutant == GOOD or refused(mutant)


@pytest.mark.parametrize("at", range(1, 5))
def test_every_spelling_of_the_last_characters_but_one_is_refused(at: int) -> None:
    alphabet = string.ascii_letters + string.digits + "-_"
    mutants = {GOOD[:-at] + letter + GOOD[len(GOOD) - at + 1 :] for letter in alphabet} - {GOOD}
    assert len(mutants) == 63
    assert all(refused(mutant) for mutant in mutants)


@budget(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.text(CHARACTERS), st.binary().map(b64), st.from_regex(r"\A[\w-]+\.[\w-]+\.[\w-]+\Z")))
def test_any_text_is_refused(text: str) -> None:
    assert refused(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@budget(max_examples=200, deadline=None)
@given(name=st.sampled_from(["exp", "nbf", "iat", "sub", "azp", "iss", "sts"]), value=JSON)
def test_a_signed_claim_of_any_shape_never_breaks_the_verifier(name: str, value: object) -> None:
    with time_machine.travel(NOW_S, tick=False):
        token = sign(payload={**claims(), name: value})
        try:
            user = VERIFIER.verify(token)
        except Unauthenticated:
            return
    # What got in had a user of its own making, a time that is fine, or no doubt about its session.
    assert user == (value if name == "sub" else USER)
    assert isinstance(value, {"sub": str, "sts": str}.get(name, int))
    assert not isinstance(value, bool)


@budget(max_examples=200, deadline=None)
@given(name=st.sampled_from(["alg", "typ", "crit", "jku", "b64"]), value=JSON)
def test_a_signed_header_of_any_shape_is_refused(name: str, value: object) -> None:
    with time_machine.travel(NOW_S, tick=False):
        token = sign(header=header(**{name: value}))
    assert refused(token)


@budget(max_examples=100, deadline=None)
@given(head=st.binary(max_size=60), body=st.binary(max_size=60))
def test_signed_garbage_is_refused(head: bytes, body: bytes) -> None:
    assert refused(sign(header=head or b" ", payload=body))
    assert refused(f"{segment(head)}.{segment(body)}.{b64(head)}")
