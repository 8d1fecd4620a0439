"""The site in its bucket: what goes up, with which headers, and only what has changed."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

# Vite puts a hash of its content into the name of everything in assets/.
HASHED = "assets/"
FOREVER, ALWAYS_ASK = "public, max-age=31536000, immutable", "no-cache"
TYPES = {".woff2": "font/woff2", ".js": "text/javascript; charset=utf-8", ".txt": "text/plain; charset=utf-8"}


@dataclass(frozen=True)
class File:
    key: str
    content: bytes
    type: str
    cache: str


def files(built: Path, address: str, publishable_key: str) -> list[File]:
    """The built site for `address` (https://…), with its /config.json; pages last, after what they name."""
    found = [_file(path, path.relative_to(built).as_posix(), address) for path in built.rglob("*") if path.is_file()]
    config = json.dumps({"auth": "clerk", "publishableKey": publishable_key}).encode()
    found.append(File("config.json", config, "application/json", ALWAYS_ASK))
    return sorted(found, key=lambda file: (file.type.startswith("text/html"), file.key))


def upload(s3: Any, bucket: str, wanted: list[File]) -> list[str]:
    """Puts what is new or different, and returns its keys. Older assets stay: an open page may still ask for them."""
    there = dict(_stored(s3, bucket))
    changed = [file for file in wanted if there.get(file.key) != md5(file.content, usedforsecurity=False).hexdigest()]
    for file in changed:
        s3.put_object(Bucket=bucket, Key=file.key, Body=file.content, ContentType=file.type, CacheControl=file.cache)
    return [file.key for file in changed]


def empty(s3: Any, bucket: str) -> None:
    for key, _ in list(_stored(s3, bucket)):
        s3.delete_object(Bucket=bucket, Key=key)


def _file(path: Path, key: str, address: str) -> File:
    content = path.read_bytes()
    if path.suffix == ".html":
        # What shows a link asks for a whole address.
        content = content.replace(b'content="/og.png"', f'content="{address}/og.png"'.encode())
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = f"{kind}; charset=utf-8" if kind == "text/html" else kind
    return File(key, content, kind, FOREVER if key.startswith(HASHED) else ALWAYS_ASK)


def _stored(s3: Any, bucket: str) -> Iterator[tuple[str, str]]:
    """Keys with the MD5 of their content, which is the ETag of what was put whole."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", ()):
            yield item["Key"], item["ETag"].strip('"')
