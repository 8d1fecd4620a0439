"""Where the local stack finds AI keys, and who gets them."""

from pathlib import Path

from local import ai_settings, template
from local.workers import Pool

ROOT = Path(__file__).parents[3]


def settings(tmp_path, text, **environment):
    (tmp_path / ".env").write_text(text, "utf-8")
    return ai_settings.read(environment, tmp_path / ".env")


def test_keys_and_models_come_from_the_environment_and_the_file_together(tmp_path):
    found = settings(tmp_path, "GROQ_API_KEY=abc\nGROQ_MODEL=small\nAI_DEADLINE_S=9", CEREBRAS_API_KEY="def")
    assert found == {
        "GROQ_API_KEY": "abc",
        "GROQ_MODEL": "small",
        "AI_DEADLINE_S": "9",
        "CEREBRAS_API_KEY": "def",
    }


def test_the_environment_wins_and_turns_off_what_the_file_turns_on(tmp_path):
    assert settings(tmp_path, "GROQ_API_KEY=file\n", GROQ_API_KEY="shell") == {"GROQ_API_KEY": "shell"}
    assert settings(tmp_path, "GROQ_API_KEY=file\n", GROQ_API_KEY="") == {}


def test_the_file_may_have_comments_quotes_exports_and_other_peoples_settings(tmp_path):
    text = """# the owner's
    export GROQ_API_KEY="abc#1"  # from the console

    #CEREBRAS_API_KEY=old
    CEREBRAS_API_KEY = 'd=e f'
    CEREBRAS_MODEL=big # for now
    PATH=/nowhere
    no setting at all
    GROQ_MODEL=
    """
    assert settings(tmp_path, text) == {"GROQ_API_KEY": "abc#1", "CEREBRAS_API_KEY": "d=e f", "CEREBRAS_MODEL": "big"}


def test_no_file_is_fine(tmp_path):
    assert ai_settings.read({"HOME": "/root"}, tmp_path / ".env") == {}


def test_only_who_writes_packs_gets_keys_whatever_the_stack_itself_has(monkeypatch):
    monkeypatch.setenv("GROQ_API_KEY", "secret")
    monkeypatch.setenv("AI_KEYS", "/on/aws")
    ai = ai_settings.read({"GROQ_API_KEY": "secret", "AI_KEYS": "/on/aws"}, ROOT / "no such file")
    environments = {
        function.name: Pool(function, [], ai_settings.meant_for(function, ai)).environment(1)
        for function in template.read(ROOT / "template.yaml").functions
    }
    assert [name for name, own in environments.items() if "secret" in own.values()] == ["Generate", "Prewarm"]
    assert not [name for name, own in environments.items() if own.get("AI_KEYS")], "there is no SSM on a laptop"
