"""A stage's block of samconfig.toml: what it says, and what is missing, all at once and with how to get it."""

import base64
import json
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import NoCredentialsError

from deploy import stack
from deploy.stage import Stage, issuer_of
from local.problem import Problem
from tests.conftest import ROOT

KEY = f"pk_test_{base64.b64encode(b'calm-otter-7.clerk.accounts.dev$').decode()}"
LIVE = f"pk_live_{base64.b64encode(b'clerk.chat.example$').decode()}"
DOMAIN = ("DomainName=chat.example", "CertificateArn=arn:aws:acm:us-east-1:123456789012:certificate/1")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """stage(*parameters, known=True) → a stage with these overrides, whose owner AWS knows or does not."""

    class Sts:
        def __init__(self, known: bool) -> None:
            self._known = known

        def get_caller_identity(self) -> None:
            if not self._known:
                raise NoCredentialsError

    def make(*parameters: str, known: bool = True) -> Stage:
        overrides = "".join(f"  {json.dumps(parameter)},\n" for parameter in parameters)
        config = tmp_path / "samconfig.toml"
        config.write_text(
            f'[prod.deploy.parameters]\nstack_name = "s"\nregion = "eu-west-1"\nparameter_overrides = [\n{overrides}]\n'
        )
        monkeypatch.setattr(boto3, "client", lambda service, region_name: Sts(known))
        return Stage.read("prod", config)

    return make


def test_the_issuer_follows_from_the_publishable_key(stage):
    assert stage(f"ClerkPublishableKey={KEY}").parameters == {
        "ClerkPublishableKey": KEY,
        "AuthIssuer": "https://calm-otter-7.clerk.accounts.dev",
    }
    assert stage(f"ClerkPublishableKey={KEY}", "AuthIssuer=https://own.example").parameters["AuthIssuer"] == (
        "https://own.example"
    )


@pytest.mark.parametrize("key", ["", "pk_test_", "pk_test_!!!", KEY.removeprefix("pk_test_"), "sk_test_" + KEY[8:]])
def test_what_is_no_publishable_key_names_no_issuer(key):
    assert issuer_of(key) == ""


def test_what_has_no_value_keeps_the_templates_default(stage):
    assert stage("AlarmEmail=", 'PopularGames="Elden Ring,Terraria"').parameters == {
        "PopularGames": "Elden Ring,Terraria"
    }


@pytest.mark.parametrize("parameters", [(f"ClerkPublishableKey={KEY}",), (f"ClerkPublishableKey={LIVE}", *DOMAIN)])
def test_a_stage_with_all_it_needs(stage, parameters):
    stage(*parameters).check()


@pytest.mark.parametrize(
    ("parameters", "known", "named"),
    [
        ((), True, ["ClerkPublishableKey", "dashboard.clerk.com"]),
        ((f"ClerkPublishableKey={LIVE}",), True, ["pk_live_", "DomainName"]),
        ((f"ClerkPublishableKey={KEY}", DOMAIN[0]), True, ["CertificateArn", "us-east-1"]),
        ((f"ClerkPublishableKey={KEY}",), False, ["AWS_ACCESS_KEY_ID", "IAM"]),
        ((), False, ["ClerkPublishableKey", "AWS_ACCESS_KEY_ID"]),
    ],
)
def test_all_that_is_missing_is_said_at_once_in_both_languages(stage, parameters, known, named):
    with pytest.raises(Problem) as problem:
        stage(*parameters, known=known).check()
    for text in (problem.value.spanish, problem.value.english):
        assert [word for word in named if word not in text] == []


def test_a_stage_without_a_block_says_how_to_make_one():
    with pytest.raises(Problem, match="copy the block"):
        Stage.read("nowhere", ROOT / "samconfig.toml")


@pytest.mark.parametrize("name", ["prod", "dev"])
def test_the_stages_that_come_with_the_repository(name):
    assert Stage.read(name, ROOT / "samconfig.toml").stack.startswith("chat-simulation-stream")


def test_every_parameter_is_named_so_that_none_keeps_an_older_value(stage, tmp_path):
    template = tmp_path / "template.yaml"
    template.write_text(
        "Parameters: {ClerkPublishableKey: {Default: ''}, LogDays: {Default: 14}, AlarmEmail: {Default: ''}}"
    )
    own = stage(f"ClerkPublishableKey={KEY}", "AlarmEmail=")
    assert list(stack.overrides(template, own)) == [f'ClerkPublishableKey="{KEY}"', 'LogDays="14"', 'AlarmEmail=""']
