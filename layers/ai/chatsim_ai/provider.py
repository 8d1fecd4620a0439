"""What a provider of text is, and every way in which one can fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Provider(Protocol):
    """One AI service. `name` is how metrics and logs call it."""

    @property
    def name(self) -> str: ...

    def warm(self) -> object:
        """Load and make what the first request would have to wait for; sends nothing."""
        ...

    def stream(self, messages: list[dict[str, str]], deadline: float) -> Iterator[str]:
        """The answer's text as it comes, until `deadline` (seconds of time.monotonic()) at the latest.

        `messages` are `{"role": "system" | "user", "content": …}`. Raises ProviderError, also for an answer that
        stops without saying that it is complete. A generator may return the number of tokens used (int).
        """
        ...


class ProviderError(Exception):
    """No answer, or not a whole one.

    `kind` is one of

        auth, model, request              the account, the model id or the request itself is not accepted
        rate_limited, server              the service refuses for now, or is broken
        timeout, connection               it does not answer in time, or not at all
        malformed, empty, cut, length     it answers nonsense, nothing, or not to the end (`length`: our own limit)
        refused                           its own moderation stopped it

    `retry_after_s`: how long it asked to be left alone, None if it did not say.
    """

    def __init__(self, kind: str, retry_after_s: float | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.retry_after_s = retry_after_s


class SettingError(ValueError):
    """A setting is missing or cannot be right; the message names it and never shows a key."""
