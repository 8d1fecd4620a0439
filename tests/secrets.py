"""What nobody may find in a log: gathered as it is sent and answered, then searched for."""

import re
from collections.abc import Iterable

import httpx

# What the doors log at the level they are deployed with.
AS_DEPLOYED = {"POWERTOOLS_LOG_LEVEL": "INFO", "POWERTOOLS_METRICS_DISABLED": "false"}
HEADERS = ("authorization", "x-auth-token", "x-ticket", "x-stream-key", "cookie")
ANSWERED = ("token", "ticket", "key")
# So much of a secret, from either end, is the secret. What is shorter than twice that is one a test made up.
ENOUGH = 20
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


class Secrets:
    """Those of every request that `hear` is told of, and those it is given."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = {secret for secret in known if len(secret) >= 2 * ENOUGH}

    def hear(self, answer: httpx.Response) -> None:
        """An answer that has been read, or an event stream, and its request."""
        request = answer.request
        sent = [request.headers.get(name, "").removeprefix("Bearer ").removeprefix("__session=") for name in HEADERS]
        is_json = answer.headers.get("content-type", "").startswith("application/json") and request.method != "HEAD"
        found = answer.json() if is_json else {}
        told = [found.get(name) for name in ANSWERED]
        every = (*sent, request.url.params.get("ticket", ""), *told)
        self.known |= {secret for secret in every if isinstance(secret, str) and len(secret) >= 2 * ENOUGH}

    def in_text(self, text: str) -> list[str]:
        """What `text` gives away."""
        ends = ((secret, end) for secret in self.known for end in (secret[:ENOUGH], secret[-ENOUGH:]))
        return [*{secret for secret, end in ends if end in text}, *PRIVATE_KEY.findall(text)]
