"""Where a token is looked for, and in which order."""

import pytest
from chatsim_auth import session_token


@pytest.mark.parametrize(
    ("headers", "cookies", "token"),
    [
        ({}, [], None),
        ({"authorization": "Bearer abc"}, [], "abc"),
        ({"authorization": "bearer   abc "}, [], "abc"),
        ({"authorization": "Bearer abc", "x-auth-token": "def"}, ["__session=ghi"], "abc"),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=x", "x-auth-token": "def"}, ["__session=ghi"], "def"),
        ({"authorization": "Bearer ", "x-auth-token": "def"}, [], "def"),
        ({"authorization": "Bearer"}, [], None),
        ({"authorization": "Basic abc"}, [], None),
        ({"x-auth-token": " "}, ["__session=ghi"], "ghi"),
        ({}, ["theme=dark", "__session=ghi"], "ghi"),
        ({}, ["theme=dark; __session=ghi"], "ghi"),
        ({}, ["__session_aB3-_9xY=ghi"], "ghi"),
        ({}, ["__session_aB3-_9xY=old", "__session=ghi"], "ghi"),
        ({}, ["__session=", "__session_aB3-_9xY=ghi"], "ghi"),
        ({}, ["__session=a=b"], "a=b"),
        ({}, ["__session_short=x", "__session_toolongsuffix=x", "__sessions=x", "x__session=x", "__SESSION=x"], None),
        ({}, ["__session"], None),
        ({}, ["", ";", "=", "__session=;"], None),
        ({"authorization": "\tBearer  abc\t"}, [], "abc"),
        ({"x-auth-token": "\tdef "}, [], "def"),
        ({}, ["theme=dark;\t__session=ghi "], "ghi"),
        # Python's own blanks are part of a value.
        ({"authorization": "\xa0Bearer abc"}, [], None),
        ({"authorization": "Bearer abc\x0b"}, [], "abc\x0b"),
        ({"authorization": "Bearer \x0babc"}, [], "\x0babc"),
        ({"x-auth-token": "\x0cdef"}, [], "\x0cdef"),
        ({}, ["\xa0__session=ghi"], None),
        ({}, ["__session=ghi\x0b"], "ghi\x0b"),
    ],
)
def test_the_token_of_a_get(headers: dict[str, str], cookies: list[str], token: str | None) -> None:
    assert session_token(headers, cookies, cookie_allowed=True) == token


def test_no_cookie_authorises_a_write() -> None:
    cookies = ["__session=ghi", "__session_aB3-_9xY=ghi"]
    assert session_token({}, cookies, cookie_allowed=False) is None
    assert session_token({"x-auth-token": "def"}, cookies, cookie_allowed=False) == "def"
