"""Which keys a writer is made from, and when it is made anew."""

import pytest
from chatsim_ai.current import CurrentWriter
from chatsim_ai.provider import SettingError


class Vault:
    """Secrets that can be changed; `asked` counts."""

    def __init__(self, **values: str) -> None:
        self.values = values
        self.asked = 0

    def __call__(self) -> dict[str, str]:
        self.asked += 1
        return self.values


def providers(current: CurrentWriter) -> dict[str, str]:
    """The key of each provider of the writer of now."""
    writer = current()
    assert writer
    return {provider.name: provider._account.key for provider in writer._failover._providers}


def current(vault: Vault, **env: str) -> CurrentWriter:
    return CurrentWriter(env, vault, lambda turn: None)


def test_no_key_anywhere_is_no_writer():
    assert current(Vault())() is None
    assert current(Vault(GROQ_API_KEY=" ", OTHER="x"), CEREBRAS_API_KEY="")() is None


def test_a_key_from_elsewhere_makes_a_writer_and_nothing_else_is_taken_from_there():
    vault = Vault(GROQ_API_KEY="secret", GROQ_BASE_URL="https://evil.example", AI_DEADLINE_S="1")
    made = current(vault)
    assert providers(made) == {"groq": "secret"}
    assert made()._deadline_s == 12


def test_the_environment_comes_first_and_with_all_keys_there_nobody_else_is_asked():
    vault = Vault(GROQ_API_KEY="elsewhere", CEREBRAS_API_KEY="elsewhere")
    assert providers(current(vault, GROQ_API_KEY="here")) == {"groq": "here", "cerebras": "elsewhere"}
    asked = vault.asked
    assert providers(current(vault, GROQ_API_KEY="a", CEREBRAS_API_KEY="b")) == {"groq": "a", "cerebras": "b"}
    assert vault.asked == asked


def test_one_writer_is_kept_until_a_key_changes():
    vault = Vault(GROQ_API_KEY="old")
    made = current(vault)
    first = made()
    assert made() is first
    vault.values = {"GROQ_API_KEY": "new"}
    assert providers(made) == {"groq": "new"}
    vault.values = {}
    assert made() is None


def test_at_the_start_nothing_is_asked_of_anybody():
    vault = Vault(GROQ_API_KEY="secret")
    made = current(vault)
    made.warm()
    assert vault.asked == 0
    assert made._writer is None
    here = current(vault, GROQ_API_KEY="here", CEREBRAS_API_KEY="here")
    here.warm()
    assert here._writer is not None


def test_settings_that_cannot_be_right_fail_at_the_start():
    with pytest.raises(SettingError, match="AI_DEADLINE_S"):
        current(Vault(), AI_DEADLINE_S="soon")
    with pytest.raises(SettingError, match="GROQ_BASE_URL"):
        current(Vault(), GROQ_API_KEY="key", GROQ_BASE_URL="https://evil.example").warm()
