"""The built site with the addresses it has in AWS: /dashboard is dashboard.html."""

from __future__ import annotations

import os
from pathlib import Path

from chatsim.errors import MethodNotAllowed
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from local.errors import answer

_NOT_BUILT = """<!doctype html><meta charset="utf-8"><title>Chat Simulation Stream</title>
<p>Falta construir la página. Ejecuta <code>make dev</code> y recarga.
<p lang="en">The site has not been built yet. Run <code>make dev</code> and reload.
"""


class Site:
    """An ASGI app for the static files in `folder`, which may appear or change at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = _CleanUrls(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._response(scope))(scope, receive, send)

    async def _response(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return answer(MethodNotAllowed(("GET", "HEAD")), Headers(scope=scope))
        if not self._folder.is_dir():
            return HTMLResponse(_NOT_BUILT, 503)
        try:
            response = await self._files.get_response(self._files.get_path(scope), scope)
        except HTTPException:
            page = self._folder / "404.html"
            response = FileResponse(page, 404) if page.is_file() else HTMLResponse("404", 404)
        hashed = response.status_code in (200, 206, 304) and scope["path"].startswith("/assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response


class _CleanUrls(StaticFiles):
    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """`path` as it is, or the page of that name."""
        found = super().lookup_path("index.html" if path == "." else path)
        return found if found[1] else super().lookup_path(f"{path}.html")
