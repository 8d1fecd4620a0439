"""Session tokens of the sign-in service: read from a request, verified, turned into a user.

Importing this package takes about 3 ms in a door that has loaded core and http.client: settings and finding the token
are plain code. `SessionVerifier` brings PyJWT and cryptography, 55-60 ms more (wall, Python 3.11), loaded when the name
is first asked for, so the stream door, which lives on tickets, pays only when there is a session token to verify.
"""

from typing import TYPE_CHECKING

from chatsim_auth.request import session_token
from chatsim_auth.settings import AuthSettings

if TYPE_CHECKING:
    from chatsim_auth.session import SessionVerifier
else:

    def __getattr__(name: str) -> object:
        if name != "SessionVerifier":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from chatsim_auth.session import SessionVerifier

        return SessionVerifier


__all__ = ["AuthSettings", "SessionVerifier", "session_token"]
