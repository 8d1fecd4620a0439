"""Whatever is sent, the answer is the contract's clear error: never a 500, never a redirect, never an empty body."""

import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from local.issuer import ISSUER
from tests.functional.conftest import User

ROUTES = [
    ("GET", "/api/generate-phrases"),
    ("POST", "/api/generate-phrases"),
    ("DELETE", "/api/generate-phrases?game=minecraft"),
    ("POST", "/api/chat-ticket"),
    ("GET", "/api/chat-ticket"),
    ("DELETE", "/api/chat-ticket"),
    ("POST", "/api/chat-wave"),
    ("GET", "/api/stream-key"),
    ("POST", "/api/stream-key"),
    ("PUT", "/api/stream-key"),
    ("DELETE", "/api/stream-key"),
    ("GET", "/api/chat-stream?game=minecraft"),
]
WRITES = [route for route in ROUTES if route[0] in ("POST", "PUT") and route != ("POST", "/api/stream-key")]


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json().get("error")) == (status, code), answer.text
    assert set(answer.json()) >= {"success", "error", "message", "requestId"}
    assert answer.json()["success"] is False
    assert len(answer.json()["message"]) > 10
    assert answer.headers["content-type"].startswith("application/json")
    assert "location" not in answer.headers


@pytest.fixture
def key_file(url: str, stack_data: Path) -> str:
    return (stack_data / "issuer.pem").read_text()


def token_of(key: Any, url: str, **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "local_mallory", "iat": now, "nbf": now, "exp": now + 60, "azp": url, "v": 2}
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(claims, key, "RS256")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_token(user: User, method: str, path: str) -> None:
    refused(user.http.request(method, user.url + path, json={}), 401, "UNAUTHENTICATED")


BAD_CLAIMS: list[dict[str, Any]] = [
    {"exp": 1_700_000_000},
    {"nbf": 4_000_000_000},
    {"iss": "https://clerk.example.com"},
    {"azp": "https://evil.example"},
    {"azp": None},
    {"sub": None},
    {"sts": "pending"},
]


@pytest.mark.parametrize("changes", BAD_CLAIMS, ids=lambda changes: "-".join(changes))
@pytest.mark.parametrize(("method", "path"), ROUTES[:4] + ROUTES[-1:])
def test_a_token_that_is_signed_but_not_for_us(
    user: User, key_file: str, method: str, path: str, changes: dict[str, Any]
) -> None:
    header = {"Authorization": f"Bearer {token_of(key_file, user.url, **changes)}"}
    refused(user.http.request(method, user.url + path, json={}, headers=header), 401, "UNAUTHENTICATED")


def test_a_good_token_of_the_same_making_is_let_in(user: User, key_file: str) -> None:
    header = {"Authorization": f"Bearer {token_of(key_file, user.url)}"}
    assert user.http.get(f"{user.url}/api/generate-phrases", headers=header).status_code == 200


def test_forged_tokens(user: User) -> None:
    own_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    head, body, signature = user.token.split(".")
    forged = [
        token_of(own_key, user.url),
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}.",
        "x",
        "a.b.c",
        "ñ" * 50,
    ]
    for token in forged:
        sent = {"Authorization": b"Bearer " + token.encode()}
        for method, path in (ROUTES[0], ROUTES[-1]):
            refused(user.http.request(method, user.url + path, headers=sent), 401, "UNAUTHENTICATED")


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 10_000, rb'{"look": {"bg": "\ud800"}}']
)
def test_a_body_that_is_no_json_object(user: User, method: str, path: str, content: bytes) -> None:
    sent = {"Authorization": f"Bearer {user.token}", "Content-Type": "application/json"}
    refused(user.http.request(method, user.url + path, content=content, headers=sent), 400, "INVALID_REQUEST")


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_body_too_large_or_of_another_type(user: User, method: str, path: str) -> None:
    sent = {"Authorization": f"Bearer {user.token}", "Content-Type": "application/json"}
    large = b'{"gameName": "' + b"a" * 1_000_000 + b'"}'
    refused(user.http.request(method, user.url + path, content=large, headers=sent), 413, "PAYLOAD_TOO_LARGE")
    form = user.http.request(
        method, user.url + path, content=b"gameName=x", headers=sent | {"Content-Type": "text/plain"}
    )
    refused(form, 415, "UNSUPPORTED_MEDIA_TYPE")


NAMES: list[tuple[Any, int, str]] = [
    (None, 400, "INVALID_REQUEST"),
    ("", 400, "INVALID_REQUEST"),
    ("   ", 400, "INVALID_REQUEST"),
    ("a", 400, "INVALID_REQUEST"),
    ("a" * 51, 400, "INVALID_REQUEST"),
    ("mine\x00craft", 400, "INVALID_REQUEST"),
    ("mine\ncraft", 400, "INVALID_REQUEST"),
    ("mine\u202ecraft", 400, "INVALID_REQUEST"),
    ("mine\u200bcraft", 400, "INVALID_REQUEST"),
    (7, 400, "INVALID_REQUEST"),
    (["minecraft"], 400, "INVALID_REQUEST"),
    ({"a": 1}, 400, "INVALID_REQUEST"),
    (True, 400, "INVALID_REQUEST"),
    ("???", 422, "INVALID_GAME"),
    ("<b>minecraft</b>", 422, "INVALID_GAME"),
]


@pytest.mark.parametrize("path", ["/api/generate-phrases", "/api/chat-ticket"])
@pytest.mark.parametrize(("name", "status", "code"), NAMES, ids=repr)
def test_names_that_are_none(user: User, path: str, name: Any, status: int, code: str) -> None:
    refused(user.ask("POST", path, {"gameName": name}), status, code)
    assert user.ask("GET", "/api/generate-phrases").json()["games"] == []


def test_a_topic_that_is_none(user: User) -> None:
    refused(
        user.ask("POST", "/api/generate-phrases", {"gameName": "!!!", "mode": "justchatting"}), 422, "INVALID_TOPIC"
    )


@pytest.mark.parametrize("name", ["1942", "2048", "ゼルダ", "Ñu", "Baldur's Gate 3", "NieR:Automata™"])
def test_names_that_are_some(user: User, name: str) -> None:
    assert user.ask("POST", "/api/generate-phrases", {"gameName": name}).status_code == 200


WISHES: list[dict[str, Any]] = [
    {"min": 0},
    {"min": 499},
    {"max": 30_001},
    {"min": 5000, "max": 4000},
    {"min": "3000"},
    {"min": 3000.5},
    {"min": True},
    {"max": None},
    {"min": 10**30},
    {"pace": "fast"},
    {"pace": 7},
    {"pace": "natural", "viewers": 7},
    {"pace": "natural", "viewers": "60"},
    {"mode": "stream"},
    {"mode": []},
    {"lang": "fr"},
    {"lang": {}},
    {"after": "x"},
    {"after": 7},
    {"after": "abc.1.2.3.4.5"},
]


@pytest.mark.parametrize("wish", WISHES, ids=repr)
def test_wishes_that_cannot_be(user: User, wish: dict[str, Any]) -> None:
    refused(user.ask("POST", "/api/chat-ticket", {"gameName": "minecraft", **wish}), 400, "INVALID_REQUEST")
    refused(user.ask("GET", "/api/chat-ticket"), 404, "NO_SHOW")


QUERIES = [
    "horizon=0", "horizon=9999", "horizon=121", "horizon=-1", "horizon=x", "horizon=1.5", "horizon=٣",
    "delivery=fast", "last=x", "last=..", "last=" + "9" * 500,
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_stream_requests_that_cannot_be(user: User, query: str) -> None:
    ticket = user.play()["ticket"]
    answer = user.http.get(f"{user.url}/api/chat-stream?{query}", headers={"X-Ticket": ticket})
    refused(answer, 400, "INVALID_REQUEST")


UNLISTED = ["game=", "game=x", "min=0", "min=7000&max=3000", "min=abc", "max=1e4", "min=3000&max=99999", "pace=fast",
            "pace=natural&viewers=6", "pace=natural&viewers=x", "mode=x", "lang=xx",
            "last=u1.0.1.0.0", "last=u99999999999999-abc.0.1.0.0", "last=zz.0.1.0.0"]  # fmt: skip


@pytest.mark.parametrize("query", UNLISTED)
def test_unlisted_requests_that_cannot_be(user: User, query: str) -> None:
    asked = query if query.startswith("game") else f"game=minecraft&{query}"
    answer = user.http.get(f"{user.url}/api/chat-stream?{asked}", headers={"X-Auth-Token": user.token})
    refused(answer, 400, "INVALID_REQUEST")


def test_a_cursor_or_ticket_that_was_tampered_with(user: User, other: User) -> None:
    played, foreign = user.play(), other.play()
    events = user.read(played["ticket"], last=played["show"]["first"])
    show, k, due, wave, i = events[-1].data["next"].split(".")
    for made_up in (
        f"{show}.{int(k) + 1}.{due}.{wave}.{i}",
        f"{show}.{k}.{int(due) - 1}.{wave}.{i}",
        f"{show}.-1.5.0.0",
    ):
        answer = user.http.get(f"{user.url}/api/chat-stream?last={made_up}", headers={"X-Ticket": played["ticket"]})
        refused(answer, 400, "INVALID_REQUEST")
        refused(
            user.ask("POST", "/api/chat-ticket", {"gameName": "minecraft", "after": made_up}), 400, "INVALID_REQUEST"
        )
    key_id, payload, mac = played["ticket"].split(".")
    _, other_payload, _ = foreign["ticket"].split(".")
    other_mac = ("B" if mac[0] == "A" else "A") + mac[1:]
    for ticket in (f"{key_id}.{other_payload}.{mac}", f"{key_id}.{payload}.{other_mac}", f"00000000.{payload}.{mac}",
                   payload, "..", "a.b.c", "x" * 5000):  # fmt: skip
        for sent in ({"headers": {"X-Ticket": ticket}}, {"params": {"ticket": ticket}}):
            refused(user.http.get(f"{user.url}/api/chat-stream", **sent), 401, "UNAUTHENTICATED")  # type: ignore[arg-type]


PRESSES: list[dict[str, Any]] = [
    {},
    {"type": "laugh"},
    {"id": "a"},
    {"type": "cry", "id": "a"},
    {"type": 1, "id": "a"},
    {"type": "laugh", "id": ""},
    {"type": "laugh", "id": "x" * 65},
    {"type": "laugh", "id": 7},
    {"type": "laugh", "id": "a b"},
]


@pytest.mark.parametrize("body", PRESSES, ids=repr)
def test_moments_that_cannot_be(user: User, body: dict[str, Any]) -> None:
    user.play()
    refused(user.ask("POST", "/api/chat-wave", body), 400, "INVALID_REQUEST")


@pytest.mark.parametrize("look", [None, [], "x", {"color": "red"}, {"size": "24"}, {"size": True}, {"max": 0},
                                  {"size": 73}, {"size": 20.5}, {"fade": 10**9}, {"font": "x" * 61}, {"font": "a;b"},
                                  {"platform": "tv"}, {"lang": "fr"}, {"bg": "red"}, {"bg": "#000000"}, {"label": 1},
                                  {"block": "x" * 401}, {"block": ["a"]}, {"animate": False}], ids=repr)  # fmt: skip
def test_looks_that_cannot_be(user: User, look: Any) -> None:
    user.ask("POST", "/api/stream-key", {})
    refused(user.ask("PUT", "/api/stream-key", {"look": look}), 400, "INVALID_REQUEST")


def test_a_look_without_a_key(user: User) -> None:
    refused(user.ask("PUT", "/api/stream-key", {"look": {"size": 20}}), 404, "NOT_FOUND")


@pytest.mark.parametrize("key", ["x", "", "a" * 200, "../..", "ñandú"])
def test_stream_keys_that_are_none(user: User, key: str) -> None:
    sent = {"X-Stream-Key": key.encode()}
    refused(user.http.get(f"{user.url}/api/chat-ticket", headers=sent), 401, "UNAUTHENTICATED")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/chat-ticket/", "/api/generate-phrases/x"])
def test_places_that_are_not_there(user: User, path: str) -> None:
    if path == "/api":
        assert user.http.get(user.url + path).status_code == 404
    else:
        refused(user.ask("GET", path), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "/api/chat-ticket"), ("PUT", "/api/generate-phrases"), ("GET", "/api/chat-wave"),
     ("POST", "/api/health"), ("PATCH", "/api/stream-key"), ("POST", "/api/chat-stream"),
     ("OPTIONS", "/api/chat-ticket")],
)  # fmt: skip
def test_methods_that_are_not_there(user: User, method: str, path: str) -> None:
    answer = user.ask(method, path)
    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"]


@pytest.mark.parametrize("path", ["/api/chat-stream", "/api/chat-ticket", "/api/health"])
def test_head_is_refused(user: User, path: str) -> None:
    answer = user.http.head(user.url + path)
    assert answer.status_code == 405


@pytest.mark.parametrize(("accept", "says"), [("en-US,en;q=0.9", "No chat is running"), ("es-MX", "No hay ningún chat"),
                                              ("fr, en;q=0.2, es;q=0.1", "No chat"), ("", "No hay")])  # fmt: skip
def test_errors_speak_the_callers_language(user: User, accept: str, says: str) -> None:
    answer = user.ask("GET", "/api/chat-ticket", **{"Accept-Language": accept})
    assert answer.json()["message"].startswith(says)


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] != "GET"])
def test_a_cookie_authorises_no_write(user: User, method: str, path: str) -> None:
    """A browser sends cookies by itself, for any page."""
    sent = {"Cookie": f"__session={user.token}"}
    refused(user.http.request(method, user.url + path, json={"gameName": "x y"}, headers=sent), 401, "UNAUTHENTICATED")
