"""Keys, models and the only addresses a key may be sent to."""

import pytest
from chatsim_ai.provider import SettingError
from chatsim_ai.settings import AiSettings

from tests.budget.fresh import run

KEYS = {"GROQ_API_KEY": "gsk_secret", "CEREBRAS_API_KEY": "csk_secret"}


@pytest.fixture(autouse=True)
def _off_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    for mark in ("AWS_EXECUTION_ENV", "AWS_LAMBDA_INITIALIZATION_TYPE"):
        monkeypatch.delenv(mark, raising=False)


def names(env: dict[str, str]) -> list[str]:
    return [provider.name for provider in AiSettings.from_env(env).providers()]


def test_no_key_is_a_normal_state() -> None:
    assert AiSettings.from_env({}).providers() == ()
    assert AiSettings.from_env({"GROQ_API_KEY": "  "}).providers() == ()


def test_a_key_turns_its_provider_on() -> None:
    assert names(KEYS) == ["groq", "cerebras"]
    assert names({"CEREBRAS_API_KEY": "k"}) == ["cerebras"]


def test_asking_for_a_provider_without_a_key_names_the_key() -> None:
    with pytest.raises(SettingError, match="GROQ_API_KEY is missing"):
        AiSettings.from_env({}).provider("groq")


def test_models_are_settings() -> None:
    accounts = AiSettings.from_env({**KEYS, "GROQ_MODEL": "other"}).accounts
    assert (accounts["groq"].model, accounts["cerebras"].model) == ("other", "gpt-oss-120b")
    assert AiSettings.from_env(KEYS).accounts["groq"].model == "openai/gpt-oss-120b"


@pytest.mark.parametrize("url", ["https://api.groq.com", "https://api.groq.com/", "https://API.groq.com:443"])
def test_the_services_own_address_is_trusted(url: str) -> None:
    assert names({"GROQ_API_KEY": "k", "GROQ_BASE_URL": url}) == ["groq"]


BAD = [
    "http://api.groq.com",
    "https://api.groq.com.evil.example",
    "https://evil.example/api.groq.com",
    "https://api.cerebras.ai",
    "https://user@api.groq.com",
    "https://api.groq.com@evil.example",
    "https://api.groq.com:8443",
    "https://api.groq.com:port",
    "https://api.groq.com/openai/v1",
    "https://api.groq.com?x=1",
    "https://api.groq.com\\@evil.example",
    "//api.groq.com",
    "api.groq.com",
]


@pytest.mark.parametrize("url", [*BAD, "http://127.0.0.1:9000", "https://localhost"])
@pytest.mark.parametrize("local", ["", "0"])
def test_no_other_address_gets_a_key(url: str, local: str) -> None:
    settings = AiSettings.from_env({"GROQ_API_KEY": "gsk_secret", "GROQ_BASE_URL": url, "CHATSIM_LOCAL": local})
    with pytest.raises(SettingError, match=r"GROQ_BASE_URL must be https://api\.groq\.com") as caught:
        settings.providers()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000", "http://localhost:9000/groq", "http://[::1]:9"])
def test_a_laptop_may_use_a_server_on_itself(url: str) -> None:
    assert names({"GROQ_API_KEY": "k", "GROQ_BASE_URL": url, "CHATSIM_LOCAL": "1"}) == ["groq"]


@pytest.mark.parametrize("url", [*BAD, "http://192.168.1.5:9000", "http://127.0.0.1.evil.example", "http://10.1"])
def test_and_no_other(url: str) -> None:
    settings = AiSettings.from_env({"GROQ_API_KEY": "k", "GROQ_BASE_URL": url, "CHATSIM_LOCAL": "1"})
    with pytest.raises(SettingError):
        settings.providers()


def test_on_lambda_nothing_local_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"GROQ_API_KEY": "k", "GROQ_BASE_URL": "http://127.0.0.1:9000", "CHATSIM_LOCAL": "1"}
    with pytest.raises(SettingError):
        AiSettings.from_env({**env, "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}).providers()
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    with pytest.raises(SettingError):
        AiSettings.from_env(env).providers()


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "inf", "61"])
def test_a_time_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(SettingError, match="AI_DEADLINE_S"):
        AiSettings.from_env({"AI_DEADLINE_S": text})


def test_times() -> None:
    settings = AiSettings.from_env({"AI_DEADLINE_S": "9.5"})
    assert (settings.deadline_s, settings.first_token_s) == (9.5, 3.0)


def test_a_key_is_not_shown() -> None:
    assert "secret" not in repr(AiSettings.from_env(KEYS))


def test_the_package_starts_light() -> None:
    _, loaded = run(
        "import chatsim_ai.writer\n"
        "from chatsim_ai.settings import AiSettings\n"
        "AiSettings.from_env({'GROQ_API_KEY': 'k'}).providers()"
    )
    assert "chatsim_ai" in loaded
    assert not loaded & {"groq", "cerebras", "httpx", "pydantic", "glin_profanity"}
