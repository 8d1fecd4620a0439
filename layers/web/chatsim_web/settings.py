"""The doors' settings, read once from the environment that template.yaml writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """`slots_per_user` games and topics together; `default_*_ms` the pause between lines when none is asked for."""

    slots_per_user: int
    requests_per_minute: int
    default_min_ms: int
    default_max_ms: int

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Raises KeyError, naming it, for a setting that is missing."""
        return cls(
            slots_per_user=int(env["SLOTS_PER_USER"]),
            requests_per_minute=int(env["REQUESTS_PER_MINUTE"]),
            default_min_ms=int(env["DEFAULT_MIN_MS"]),
            default_max_ms=int(env["DEFAULT_MAX_MS"]),
        )
