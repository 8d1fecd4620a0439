"""The local sign-in and its guards, through the gateway."""

import stat
import time

import jwt
import pytest

from local.issuer import ISSUER, Issuer

BASE = "http://localhost:8000"
JSON = {"content-type": "application/json"}


@pytest.fixture
def client(connect, tmp_path):
    return connect(tmp_path)


def sign_in(client, name="demo", **headers):
    return client.post("/local/sign-in", json={"name": name}, headers=headers)


def test_signing_in_gives_a_token_the_published_key_verifies(client):
    answer = sign_in(client).json()
    (published,) = client.get("/local/.well-known/jwks.json").json()["keys"]
    key = jwt.PyJWK(published)
    claims = jwt.decode(answer["token"], key, ["RS256"], issuer=ISSUER)
    assert jwt.get_unverified_header(answer["token"])["kid"] == key.key_id
    assert claims["sub"] == "local_demo"
    assert claims["azp"] == BASE
    assert claims["v"] == 2
    assert claims["nbf"] == claims["iat"] <= time.time()
    assert claims["exp"] - claims["iat"] == 3600
    assert answer["expiresAt"] == claims["exp"] * 1000
    assert claims["sid"]


def test_the_doors_get_the_same_key(client, issuer):
    assert jwt.decode(sign_in(client).json()["token"], issuer.public_pem, ["RS256"])["sub"] == "local_demo"


def test_the_cookie_is_for_this_site_only_and_out_of_scripts_reach(client):
    cookie = sign_in(client).headers["set-cookie"].lower()
    assert cookie.startswith("__session=")
    for attribute in ("httponly", "samesite=lax", "path=/", "max-age=3600"):
        assert attribute in cookie


def test_signing_out_clears_the_cookie(client):
    sign_in(client)
    assert client.cookies.get("__session")
    assert client.post("/local/sign-out", headers=JSON).status_code == 200
    assert client.cookies.get("__session") is None


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("Demo", "local_demo"),
        ("  Ana María ", "local_ana-maría"),
        ("ゼルダ", "local_ゼルダ"),
        ("a" * 40, "local_" + "a" * 40),
    ],
)
def test_a_name_becomes_a_user(client, name, user):
    assert jwt.decode(sign_in(client, name).json()["token"], options={"verify_signature": False})["sub"] == user


@pytest.mark.parametrize("name", ["", "   ", "a" * 41, "!?_", 7, None, ["demo"]])
def test_no_usable_name(client, name):
    assert_error(sign_in(client, name), 400, "INVALID_REQUEST")


@pytest.mark.parametrize("body", ["", "{", "[]", '"demo"', "{}", "\\"])
def test_no_usable_body(client, body):
    assert_error(client.post("/local/sign-in", content=body, headers=JSON), 400, "INVALID_REQUEST")


def test_its_own_page_is_not(client):
    assert sign_in(client, origin=BASE).status_code == 200


# What a page of another site can do to this machine, in the browser of whoever works on it.
FOREIGN_HOSTS = [
    "evil.example", "evil.example:8000", "localhost", "localhost:8001", "localhost:80000", "127.0.0.1.nip.io:8000",
    "localhost.evil.example:8000", "evil.localhost:8000", "localhost.:8000", "LOCALHOST:8000", "0.0.0.0:8000",
    "127.1:8000", "127.0.0.2:8000", "2130706433:8000", "0x7f.1:8000", "[::]:8000", "[::ffff:127.0.0.1]:8000",
    "evil.example@localhost:8000", "localhost:8000@evil.example", "localhost:8000,evil.example", "localhost:8000 ", "",
]  # fmt: skip
FOREIGN_ORIGINS = [
    "http://evil.example", "http://localhost", "http://localhost:8001", "https://localhost:8000", "null", "",
    "http://localhost:8000.evil.example", "http://evil.localhost:8000", "http://127.0.0.1:8000", "file://", "http://",
    "HTTP://LOCALHOST:8000", "http://localhost:8000/", "http://localhost:8000, http://evil.example",
]  # fmt: skip
FORM_TYPES = [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
    "text/plain; application/json", "text/json", "application/json-patch+json", "",
]  # fmt: skip
PATHS = ["/local/sign-in", "/local/sign-out", "/local/.well-known/jwks.json", "/", "/config.json", "/api/health"]


def foreign_requests():
    """The request, and how it is to be refused."""
    for path in PATHS:
        for host in FOREIGN_HOSTS:  # DNS rebinding: the browser believes it talks to that host
            for method in ("GET", "POST"):
                yield method, path, {"host": host, "origin": f"http://{host}"}, (403, "FORBIDDEN")
    for path in PATHS[:2]:
        for origin in FOREIGN_ORIGINS:
            yield "POST", path, {"origin": origin}, (403, "FORBIDDEN")
        for content_type in FORM_TYPES:  # what a form, or a script without our consent, can send
            yield "POST", path, {"content-type": content_type}, (415, "UNSUPPORTED_MEDIA_TYPE")
        yield "POST", path, {"origin": "http://evil.example", "content-type": "text/plain"}, (403, "FORBIDDEN")


def test_another_sites_page_gets_nothing(client, figure):
    asked, accepted = 0, []
    for method, path, headers, refusal in foreign_requests():
        answer = client.request(method, path, content='{"name": "demo"}', headers=JSON | headers)
        asked += 1
        refused = answer.status_code == refusal[0] and answer.json()["error"] == refusal[1]
        if not refused or "set-cookie" in answer.headers:
            accepted.append((method, path, headers))
    figure(22, "rebound hosts, foreign pages and forms at the local issuer", f"{len(accepted)} accepted of {asked}")
    assert not accepted


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machines_names_are_good(client, host):
    answer = sign_in(client, host=host)
    assert jwt.decode(answer.json()["token"], options={"verify_signature": False})["azp"] == f"http://{host}"


def test_unknown_paths_and_methods(client):
    assert_error(client.get("/local/sign-in"), 405, "METHOD_NOT_ALLOWED")
    assert_error(client.post("/local/sign-in/", json={"name": "demo"}), 404, "NOT_FOUND")
    assert_error(client.post("/local/sign-in", content=b"[" * 3000, headers=JSON), 400, "INVALID_REQUEST")
    assert_error(client.post("/local/sign-in", content=b"[" * 5000, headers=JSON), 413, "PAYLOAD_TOO_LARGE")
    assert_error(client.post("/local/nothing", json={}), 404, "NOT_FOUND")


def test_errors_speak_the_readers_language(client):
    def message(language):
        return client.get("/local/nothing", headers={"accept-language": language}).json()["message"]

    assert message("en-GB,en;q=0.9,es;q=0.8").startswith("There is nothing")
    assert message("es-MX,en;q=0.5") == message("") == message("fr")


def test_the_key_outlives_a_restart_and_only_its_owner_reads_it(tmp_path):
    first = Issuer.load(tmp_path)
    assert Issuer.load(tmp_path).public_pem == first.public_pem
    assert stat.S_IMODE((tmp_path / "issuer.pem").stat().st_mode) == 0o600


def assert_error(answer, status, code):
    assert answer.status_code == status
    body = answer.json()
    assert body["success"] is False
    assert body["error"] == code
    assert body["message"]
    assert body["requestId"]
