"""Secrets of the owner, kept as SecureStrings in SSM: never in the template, in an environment variable or a log."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from functools import cached_property

from chatsim.aws import AwsClient, AwsError

# A changed key is taken up this soon, with no deploy; what could not be read is asked for again after AGAIN_MS.
LIFE_MS = 300_000
AGAIN_MS = 60_000
# Whoever waits for a pack waits for this too: 4 s in all.
TIMEOUT_S = 1.0

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
            self._known, self._failing = self._read(), False
        except AwsError as error:
            if not self._failing:
                _log.warning("the secrets under %s cannot be read from SSM: %s", self._path, error.kind)
            self._failing = True
        self._again_ms = self._now_ms() + (AGAIN_MS if self._failing else LIFE_MS)
        return self._known

    def _read(self) -> Mapping[str, str]:
        request = {"Path": self._path, "WithDecryption": True}
        found: dict[str, str] = {}
        while True:
            page = self._ssm.call("GetParametersByPath", request)
            found |= {kept["Name"].rpartition("/")[2]: kept["Value"] for kept in page["Parameters"]}
            if not page.get("NextToken"):
                return found
            request["NextToken"] = page["NextToken"]

    @cached_property
    def _ssm(self) -> AwsClient:
        return AwsClient(os.environ, "ssm", "AmazonSSM", json_version="1.1", timeout_s=TIMEOUT_S)
