"""What the owner sets about sign-in, and which issuer a door may trust."""

import base64
import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

# Any of these in the environment means that this process runs on AWS Lambda.
_LAMBDA_MARKS = ("AWS_EXECUTION_ENV", "AWS_LAMBDA_INITIALIZATION_TYPE")

# At least two labels, the last one beginning with a letter: every spelling of an IP address ends in a digit label
# (127.0.0.1, 127.1, 0x7f.1), is one label (2130706433) or has colons, and `localhost` is one label too.
_DOMAIN_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+([a-z][a-z0-9-]*)\.?")
_LOOPBACK_DOMAINS = ("localhost", "localdomain")

_PEM_START = ("-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----")


@dataclass(frozen=True)
class AuthSettings:
    """Settings of sign-in.

    `issuer`: exact `iss` of a good token, `https://…`. `public_key`: the issuer's key as PEM, "" to use its JWKS.
    `origins`: sites whose tokens count (`azp`), as browsers spell an origin. `allowed_users`: the only users let in,
    empty for all. `local`: this is a laptop, where an issuer on the machine itself is fine.
    """

    issuer: str
    public_key: str
    origins: tuple[str, ...]
    allowed_users: tuple[str, ...] = ()
    local: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "AuthSettings":
        """Read AUTH_ISSUER, AUTH_PUBLIC_KEY, ALLOWED_ORIGINS, ALLOWED_USERS and CHATSIM_LOCAL (1 on a laptop)."""
        return cls(
            issuer=env.get("AUTH_ISSUER", "").strip(),
            public_key=_pem(env.get("AUTH_PUBLIC_KEY", "")),
            origins=tuple(origin.rstrip("/") for origin in _listed(env.get("ALLOWED_ORIGINS", ""))),
            allowed_users=_listed(env.get("ALLOWED_USERS", "")),
            local=env.get("CHATSIM_LOCAL") == "1" and not _on_lambda(env),
        )

    def missing(self, extra_origins: Collection[str] = ()) -> tuple[str, ...]:
        """Names of the settings that keep every token out, being absent or unusable; for /api/health.

        `extra_origins` are the ones from elsewhere (the table's); with any of them ALLOWED_ORIGINS is not missing.
        AUTH_PUBLIC_KEY is optional, and named only when something that is no public key was set.
        """
        faults = {
            "AUTH_ISSUER": not self.issuer_trusted(),
            "AUTH_PUBLIC_KEY": bool(self.public_key) and not self.public_key.startswith(_PEM_START),
            "ALLOWED_ORIGINS": not (self.origins or extra_origins),
        }
        return tuple(name for name, fault in faults.items() if fault)

    def issuer_trusted(self) -> bool:
        """Whether the issuer is one this process may trust: https always, and off the laptop a public domain name.

        Asks the process itself whether it is on Lambda, so that no settings, however made, let a deployed door
        trust the local issuer.
        """
        try:
            url = urlsplit(self.issuer)
            host = url.hostname or ""
            _ = url.port  # raises for a port that is no number
        except ValueError:
            return False
        if url.scheme != "https" or not host or url.username is not None or url.query or url.fragment:
            return False
        return (self.local and not _on_lambda(os.environ)) or _is_public_domain(host)


def _on_lambda(env: Mapping[str, str]) -> bool:
    return any(mark in env for mark in _LAMBDA_MARKS)


def _is_public_domain(host: str) -> bool:
    domain = _DOMAIN_NAME.fullmatch(host)
    return domain is not None and domain[1] not in _LOOPBACK_DOMAINS


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item for part in text.split(",") if (item := part.strip()))


def _pem(text: str) -> str:
    """PEM from any of its spellings: with newlines, with a literal backslash-n, or base64. Anything else as it came."""
    with suppress(ValueError):  # no base64, so the PEM itself
        text = base64.b64decode("".join(text.split()), validate=True).decode("ascii")
    return text.replace("\\r", "").replace("\\n", "\n").strip()
