"""The writer of the moment: made when one is needed, and made anew when the keys have changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chatsim_ai.failover import AttemptRecord, Failover
from chatsim_ai.settings import VENDORS, AiSettings
from chatsim_ai.writer import Writer

KEY_SETTINGS = tuple(vendor.key_setting for vendor in VENDORS.values())


class CurrentWriter:
    """`env`: settings and, on a laptop, keys. `secrets`: the keys that are kept elsewhere, by the same names; one in
    the environment comes first, and where all keys stand there nothing else is asked.

    `on_attempt` hears of every provider's turn.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        secrets: Callable[[], Mapping[str, str]],
        on_attempt: Callable[[AttemptRecord], None],
    ) -> None:
        self._env, self._secrets, self._on_attempt = env, secrets, on_attempt
        self._settings = AiSettings.from_env(env)
        self._made_from: dict[str, str] = {}
        self._writer: Writer | None = None

    def __call__(self) -> Writer | None:
        """None while there is no key. Raises SettingError as `AiSettings.providers`."""
        keys = self._keys()
        if keys != self._made_from:
            self._writer = self._made(keys) if keys else None
            self._made_from = keys
        return self._writer

    def warm(self) -> None:
        """Have it ready where that takes no asking: with keys in the environment."""
        if self._settings.providers():
            self()

    def _keys(self) -> dict[str, str]:
        own = {name: self._env[name] for name in KEY_SETTINGS if self._env.get(name, "").strip()}
        told = self._secrets() if len(own) < len(KEY_SETTINGS) else {}
        return {name: told[name] for name in KEY_SETTINGS if told.get(name, "").strip()} | own

    def _made(self, keys: Mapping[str, str]) -> Writer:
        settings = AiSettings.from_env({**self._env, **keys})
        writer = Writer(Failover(settings.providers(), settings.first_token_s, self._on_attempt), settings)
        writer.warm()
        return writer
