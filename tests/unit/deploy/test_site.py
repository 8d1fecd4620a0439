"""What goes into the bucket: which headers, in which order, and only what has changed."""

import json
from pathlib import Path

import pytest

from deploy import site


class Bucket:
    """S3's three calls, over a dict. `puts`: keys in the order they came."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, object]] = {}
        self.puts: list[str] = []

    def put_object(self, Bucket: str, Key: str, **how: object) -> None:
        self.kept[Key] = how
        self.puts.append(Key)

    def delete_object(self, Bucket: str, Key: str) -> None:
        del self.kept[Key]

    def get_paginator(self, name: str) -> "Bucket":
        return self

    def paginate(self, Bucket: str) -> list[dict[str, object]]:
        from hashlib import md5

        found = [{"Key": key, "ETag": f'"{md5(how["Body"]).hexdigest()}"'} for key, how in self.kept.items()]  # type: ignore[arg-type]
        return [{"Contents": found}] if found else [{}]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-1a2b.js").write_text("1")
    (tmp_path / "assets" / "font-3c4d.woff2").write_bytes(b"2")
    (tmp_path / "robots.txt").write_text("3")
    (tmp_path / "index.html").write_text('<meta property="og:image" content="/og.png">')
    return tmp_path


def files(built: Path) -> list[site.File]:
    return site.files(built, "https://chat.example", "pk_test_1")


def test_each_file_has_its_type_and_how_long_it_may_be_kept(built):
    assert {file.key: (file.type, file.cache) for file in files(built)} == {
        "assets/font-3c4d.woff2": ("font/woff2", "public, max-age=31536000, immutable"),
        "assets/index-1a2b.js": ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        "config.json": ("application/json", "no-cache"),
        "index.html": ("text/html; charset=utf-8", "no-cache"),
        "robots.txt": ("text/plain; charset=utf-8", "no-cache"),
    }


def test_pages_come_last_and_know_where_they_are(built):
    found = files(built)
    assert found[-1].key == "index.html"
    assert b'content="https://chat.example/og.png"' in found[-1].content
    (config,) = [file for file in found if file.key == "config.json"]
    assert json.loads(config.content) == {"auth": "clerk", "publishableKey": "pk_test_1"}


def test_only_what_has_changed_goes_up_and_what_is_old_stays(built):
    bucket = Bucket()
    assert site.upload(bucket, "b", files(built)) == [file.key for file in files(built)] == bucket.puts
    assert site.upload(bucket, "b", files(built)) == []
    (built / "assets" / "index-1a2b.js").rename(built / "assets" / "index-5e6f.js")
    assert site.upload(bucket, "b", files(built)) == ["assets/index-5e6f.js"]
    assert "assets/index-1a2b.js" in bucket.kept, "an open page may still ask for it"
    site.empty(bucket, "b")
    assert bucket.kept == {}
