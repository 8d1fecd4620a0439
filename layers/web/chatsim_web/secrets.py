"""Secrets of the owner, kept as SecureStrings in SSM: never in the template, in an environment variable or a log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from aws_lambda_powertools.utilities.parameters import GetParameterError, SSMProvider
from botocore.config import Config
from botocore.exceptions import ClientError

# A changed key is taken up this soon, with no deploy; what could not be read is asked for again after AGAIN_MS.
LIFE_S = 300
AGAIN_MS = 60_000
# Whoever waits for a pack waits for this too: at most two attempts, of a second each way.
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=1)

_log = logging.getLogger(__name__)


class Secrets:
    """The parameters right under `path`, decrypted; none for an empty path."""

    def __init__(self, path: str, now_ms: Callable[[], int]) -> None:
        self._path, self._now_ms = path.rstrip("/"), now_ms
        self._known: Mapping[str, str] = {}
        self._again_ms = 0
        self._failing = False

    def __call__(self) -> Mapping[str, str]:
        """By name without the path. While SSM cannot be read: what was read last, or none; it is asked again later."""
        if not self._path or self._now_ms() < self._again_ms:
            return self._known
        try:
            found: Any = self._ssm.get_multiple(self._path, max_age=LIFE_S, decrypt=True)
            self._known = found
            self._failing = False
        except GetParameterError as error:
            self._again_ms = self._now_ms() + AGAIN_MS
            if not self._failing:
                _log.warning("the secrets under %s cannot be read from SSM: %s", self._path, _kind(error.__context__))
            self._failing = True
        return self._known

    @cached_property
    def _ssm(self) -> SSMProvider:
        return SSMProvider(boto_config=CONFIG)


def _kind(error: BaseException | None) -> str:
    """What went wrong and nothing that was said: AccessDeniedException, ConnectTimeoutError."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__
