"""An account at an AI service: its key, and the only addresses the key may be sent to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from chatsim_ai.provider import Provider, SettingError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Account:
    """`silence_s`: the longest wait for a next byte before the connection counts as dead."""

    key: str = field(repr=False)
    model: str
    base_url: str
    silence_s: float


@dataclass(frozen=True)
class Vendor:
    """A service one can have an account at. `name` begins its settings: GROQ_API_KEY, GROQ_MODEL, GROQ_BASE_URL."""

    name: str
    host: str
    default_model: str
    provider: Callable[[Account], Provider]

    @property
    def key_setting(self) -> str:
        return f"{self.name.upper()}_API_KEY"

    def open(self, account: Account, *, local: bool) -> Provider:
        """Raises SettingError, naming the setting, for a missing key or an address that must not get the key."""
        if not account.key:
            raise SettingError(f"{self.key_setting} is missing")
        if not self._trusted(account.base_url, local):
            raise SettingError(f"{self.name.upper()}_BASE_URL must be https://{self.host}")
        return self.provider(account)

    def _trusted(self, base_url: str, local: bool) -> bool:
        try:
            url = urlsplit(base_url)
            port = url.port
        except ValueError:
            return False
        if url.username is not None or url.query or url.fragment:
            return False
        if local and url.scheme in ("http", "https") and url.hostname in _LOOPBACK:
            return True
        own = (url.scheme, url.hostname) == ("https", self.host)
        return own and port in (None, 443) and url.path in ("", "/")
