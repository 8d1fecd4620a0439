"""The built site behind the gateway: clean addresses and how long browsers may keep what they got."""

import pytest


@pytest.fixture
def folder(tmp_path):
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    for name in ("index", "dashboard", "sign-in", "404"):
        (dist / f"{name}.html").write_text(f"page {name}")
    (dist / "assets" / "app-1a2b.js").write_text("1")
    (tmp_path / "secret.html").write_text("secret")
    return dist


@pytest.fixture
def client(folder, connect):
    return connect(folder)


@pytest.mark.parametrize(
    ("path", "page"),
    [("/", "index"), ("/dashboard", "dashboard"), ("/dashboard?x=1", "dashboard"), ("/sign-in", "sign-in")],
)
def test_clean_addresses(client, path, page):
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, f"page {page}")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"


def test_hashed_assets_are_kept_and_missing_ones_are_not(client):
    assert "immutable" in client.get("/assets/app-1a2b.js").headers["cache-control"]
    missing = client.get("/assets/app-old.js")
    assert (missing.status_code, missing.headers["cache-control"]) == (404, "no-cache")


def test_an_unchanged_page_is_not_sent_again(client):
    etag = client.get("/").headers["etag"]
    assert client.get("/", headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize("path", ["/nothing", "/%2e%2e/secret", "/..%2fsecret.html", "/assets", "/%00", "/api"])
def test_nothing_there(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (404, "page 404")


def test_pages_cannot_be_written(client):
    assert client.post("/dashboard").status_code == 405
    assert client.head("/dashboard").status_code == 200


def test_the_pages_learn_that_the_sign_in_is_local(client):
    answer = client.get("/config.json")
    assert answer.json() == {"auth": "local"}
    assert answer.headers["cache-control"] == "no-cache"


def test_before_the_site_is_built_it_says_how(connect, tmp_path):
    answer = connect(tmp_path / "none").get("/")
    assert answer.status_code == 503
    assert "make dev" in answer.text
