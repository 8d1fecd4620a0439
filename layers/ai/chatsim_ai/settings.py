"""What the owner sets about the AI. No key at all is a normal state: then the built-in packs speak."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from chatsim_ai import cerebras, groq
from chatsim_ai.account import Account
from chatsim_ai.provider import Provider, SettingError

# A further provider is its file and one name here.
VENDORS = {vendor.name: vendor for vendor in (groq.VENDOR, cerebras.VENDOR)}

# A lease on a game's pack, and the function that writes it, last 20 s: the AI must have ended well before.
LONGEST_S = 15
# As in sign-in: any of these means that this process runs on AWS Lambda, where nothing local is ever trusted.
_LAMBDA_MARKS = ("AWS_EXECUTION_ENV", "AWS_LAMBDA_INITIALIZATION_TYPE")


@dataclass(frozen=True)
class AiSettings:
    """`deadline_s`: for a whole pack. `first_token_s`: a provider with nothing useful by then loses its turn.

    `local`: this is a laptop, where a provider may be a server on the machine itself.
    """

    accounts: Mapping[str, Account]
    deadline_s: float = 12.0
    first_token_s: float = 3.0
    local: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> AiSettings:
        """Read <VENDOR>_API_KEY, _MODEL and _BASE_URL, AI_DEADLINE_S, AI_FIRST_TOKEN_S and CHATSIM_LOCAL.

        Raises SettingError for a time that is none.
        """
        first_token_s = _seconds(env, "AI_FIRST_TOKEN_S", cls.first_token_s)
        accounts = {
            name: Account(
                key=env.get(vendor.key_setting, "").strip(),
                model=env.get(f"{name.upper()}_MODEL", "").strip() or vendor.default_model,
                base_url=env.get(f"{name.upper()}_BASE_URL", "").strip() or f"https://{vendor.host}",
                silence_s=first_token_s,
            )
            for name, vendor in VENDORS.items()
        }
        return cls(
            accounts=accounts,
            deadline_s=_seconds(env, "AI_DEADLINE_S", cls.deadline_s),
            first_token_s=first_token_s,
            local=env.get("CHATSIM_LOCAL") == "1" and not _on_lambda(env),
        )

    def providers(self) -> tuple[Provider, ...]:
        """Those with a key, not yet connected. Raises SettingError for an address that must not get the key."""
        return tuple(self.provider(name) for name, account in self.accounts.items() if account.key)

    def provider(self, name: str) -> Provider:
        """One of them. Raises SettingError when its key is missing, or its address is not to be trusted."""
        return VENDORS[name].open(self.accounts[name], local=self.local and not _on_lambda(os.environ))


def _on_lambda(env: Mapping[str, str]) -> bool:
    return any(mark in env for mark in _LAMBDA_MARKS)


def _seconds(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name, "").strip()
    try:
        value = float(text) if text else default
    except ValueError:
        value = 0.0
    if not 0 < value <= LONGEST_S:
        raise SettingError(f"{name} must be a number of seconds up to {LONGEST_S}")
    return value
