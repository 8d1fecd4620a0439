"""The doors' own client, for callers that are many on one machine."""

from collections.abc import Mapping

from chatsim.store.signed_client import SignedClient

# 64 environments of a function, the store's emulator and the tests beside them share two cores here. How soon the
# client gives up is measured elsewhere (test_store_trouble.py).
PATIENCE_S = 10.0


class Patient(SignedClient):
    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(env)
        self._timeout_s = PATIENCE_S
