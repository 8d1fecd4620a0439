"""A Clerk instance as pages see it: the real clerk-js on its own host, its Frontend API answered by the files here."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Route

from tests.conftest import ROOT

HOST = "curious-otter-7.clerk.example"
PUBLISHABLE_KEY = "pk_test_" + base64.b64encode(f"{HOST}$".encode()).decode()
CONFIG = {"auth": "clerk", "publishableKey": PUBLISHABLE_KEY}

# Clerk's forms are a package of their own, nearly a thousand packages when installed. What stands here for them says
# what it was asked to draw; everything else is the real thing.
FORMS = """
window.__internal_ClerkUICtor = class {
  constructor(clerk, environment, options) { window.clerkFormsOptions = JSON.parse(JSON.stringify(options)) }
  async ensureMounted() {
    return { mountComponent: ({ name, node, props }) => {
      node.textContent = `Clerk ${name}`
      node.dataset.props = JSON.stringify(props)
    }, unmountComponent() {}, updateProps() {} }
  }
}
"""


class Instance:
    """`token()` gives the next session token. `loaded`: the scripts it served; `tokens`: those it gave, in order."""

    def __init__(self, token: Callable[[], str], signed_in: bool = True) -> None:
        self.loaded: list[str] = []
        self.tokens: list[str] = []
        self._token = token
        self._signed_in = signed_in

    def serve(self, context: BrowserContext) -> None:
        """Be there for the pages of `context`, whose site is set up for Clerk."""
        context.route("**/config.json", lambda route: route.fulfill(json=CONFIG))
        context.route(f"https://{HOST}/**", self._answer)

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        allow = {
            "Access-Control-Allow-Origin": route.request.headers.get("origin", "*"),
            "Access-Control-Allow-Credentials": "true",
        }
        if path.startswith("/npm/"):
            self.loaded.append(Path(path).name)
            code = {"content_type": "text/javascript", "headers": allow}
            if "@clerk/ui" in path:
                return route.fulfill(body=FORMS, **code)
            return route.fulfill(path=Path((ROOT / ".cache/clerk").read_text().strip()) / Path(path).name, **code)
        return route.fulfill(json=self._api(path), headers=allow)

    def _api(self, path: str) -> dict[str, Any]:
        match path.split("/")[2:]:
            case ["dev_browser"]:
                return {"id": "dvb_1"}
            case ["environment"]:
                return file("environment")
            case ["client", "sessions", _, "tokens"]:
                self.tokens.append(self._token())
                return {"object": "token", "jwt": self.tokens[-1]}
            case ["client", "sessions"]:  # DELETE, its only use: signing out
                self._signed_in = False
        client = file("client")
        return {"response": client if self._signed_in else {**client, "sessions": [], "last_active_session_id": None}}


def file(name: str) -> Any:
    return json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
