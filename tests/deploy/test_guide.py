"""docs/deploy.md followed to the letter in an empty account, and then what was deployed put to use."""

import base64
import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from local import launch
from local.launch import FakeAi
from tests.budget.template import DOCUMENT
from tests.conftest import ROOT
from tests.deploy.conftest import checkout, emulated_aws
from tests.deploy.internet import diverted
from tests.unit.auth import issuer

pytestmark = pytest.mark.soak

CLERK_HOST = "clerk.streamers.example"
KEY = f"pk_test_{base64.b64encode(f'{CLERK_HOST}$'.encode()).decode()}"
SECRETS = {"GROQ_API_KEY": "gsk-canary-1", "CEREBRAS_API_KEY": "csk-canary-2"}
STACK = "chat-simulation-stream"


@dataclass
class Account:
    """The owner's account, and the checkout that it is deployed from."""

    folder: Path
    environment: dict[str, str]

    def shell(self, script: str, answers: str = "") -> str:
        """What a script of the guide prints; `answers` are typed into its questions."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            # Functions run with this machine's Python here.
            env={**os.environ, **self.environment, "HOST": "1"},
            input=answers,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def configure(self, lines: str) -> None:
        """Put the guide's lines in place of those in samconfig.toml that set the same, where the first of them is."""
        path = self.folder / "samconfig.toml"
        for line in lines.splitlines():
            name = line.partition("=")[0]
            told, times = re.subn(rf"^{re.escape(name)}=.*$", line, path.read_text(), count=1, flags=re.MULTILINE)
            assert times == 1, f"samconfig.toml has no line for {name}"
            path.write_text(told)

    def client(self, service: str) -> Any:
        names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY"}
        given = {name: self.environment[variable] for name, variable in names.items()}
        return boto3.client(service, "us-east-1", endpoint_url=self.environment["AWS_ENDPOINT_URL"], **given)

    @cached_property
    def resources(self) -> dict[str, str]:
        """Physical names by the template's."""
        told = self.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in told}

    @cached_property
    def address(self) -> str:
        (stack,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        (found,) = [out["OutputValue"] for out in stack["Outputs"] if out["OutputKey"] == "Address"]
        return str(found)

    def invoke(self, function: str, event: Any) -> Any:
        answer = self.client("lambda").invoke(FunctionName=self.resources[function], Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    def api(self, function: str, method: str, path: str, body: Any = None, user: str = "user_ana") -> Any:
        """An answer's status and JSON, asked as CloudFront's HTTP API asks."""
        token = issuer.sign(payload=issuer.claims(iss=f"https://{CLERK_HOST}", azp=self.address, sub=user))
        route, _, query = path.partition("?")
        event = {
            "version": "2.0",
            "routeKey": f"{method} {route}",
            "rawPath": route,
            "rawQueryString": query,
            "queryStringParameters": dict(part.split("=") for part in query.split("&") if part),
            "headers": {"content-type": "application/json", "authorization": f"Bearer {token}"},
            "requestContext": {
                "http": {"method": method, "path": route, "sourceIp": "203.0.113.7"},
                "stage": "$default",
            },
            "body": json.dumps(body) if body is not None else None,
            "isBase64Encoded": False,
        }
        answer = self.invoke(function, event)
        return answer["statusCode"], json.loads(answer["body"])

    def forget(self, function: str) -> None:
        """Have the next event begin a new environment, which has read nothing yet."""
        functions, name = self.client("lambda"), self.resources[function]
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        variables["FORGOTTEN"] = str(int(variables.get("FORGOTTEN", "0")) + 1)
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """A page as a browser gets it from CloudFront."""
        url = self.environment["AWS_ENDPOINT_URL"] + path
        headers = {"Host": urlsplit(self.address).hostname or "", "X-Forwarded-Proto": "https"}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
                return answer.status, {**answer.headers}, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {**error.headers}, error.read()


@pytest.fixture(scope="module")
def ai() -> Iterator[FakeAi]:
    with launch.fake_ai(seconds=0.3) as started:
        yield started


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory, ai: FakeAi) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("aws")
    with diverted(ai.url, folder) as internet, emulated_aws(folder, **internet) as environment:
        account = Account(checkout(tmp_path_factory.mktemp("checkout")), environment)
        # The issuer's JWKS cannot be had here, so its key stands in the settings.
        pem = base64.b64encode(issuer.public_pem().encode()).decode()
        config, key = account.folder / "samconfig.toml", '  "ClerkPublishableKey=",\n'
        config.write_text(config.read_text().replace(key, f'{key}  "AuthPublicKey={pem}",\n', 1))
        yield account


BLOCK = re.compile(r"^```(sh|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GUIDE, TEAR_DOWN = (ROOT / "docs" / "deploy.md").read_text().split("\n## Tear down\n")
STEPS = BLOCK.findall(GUIDE.partition("\n## Settings of the deployment\n")[0])


@pytest.fixture(scope="module")
def deployed(account: Account) -> Account:
    """An account in which every step of the guide was done, those for later (a domain of one's own) aside."""
    own = {
        "your-access-key-id": account.environment.pop("AWS_ACCESS_KEY_ID"),
        "your-secret-access-key": account.environment.pop("AWS_SECRET_ACCESS_KEY"),
        "pk_test_put-your-key-here": KEY,
    }
    for kind, block in STEPS:
        for word, value in own.items():
            block = block.replace(word, value)
        if kind == "toml":
            account.configure(block)
        elif block.startswith("export "):
            account.environment |= dict(line.removeprefix("export ").split("=") for line in block.splitlines())
        else:
            account.shell(block, "\n".join(SECRETS.values()) + "\n")
    return account


def test_the_guide_has_every_step_that_is_followed_here() -> None:
    assert [block.split()[:2] for kind, block in STEPS if kind == "sh"] == [
        ["export", "AWS_ACCESS_KEY_ID=your-access-key-id"],
        ["make", "deploy"],
        ["make", "secrets"],
        ["make", "deploy"],
    ]
    assert [block.split("=")[0].strip(' "') for kind, block in STEPS if kind == "toml"] == [
        "ClerkPublishableKey",
        "AlarmEmail",
    ]


@pytest.mark.parametrize("path", ["/", "/dashboard", "/overlay", "/sign-in", "/sign-up/"])
def test_a_page_has_a_clean_address_and_the_templates_headers(deployed: Account, path: str) -> None:
    framed, clerk = path == "/overlay", "" if path == "/overlay" else f" https://{CLERK_HOST}"
    status, headers, body = deployed.get(path)
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "text/html; charset=utf-8", "no-cache")
    assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == ("SAMEORIGIN" if framed else "DENY")
    assert f"script-src 'self'{clerk}" in headers["Content-Security-Policy"]
    assets = re.findall(r'(?:src|href)="(/assets/[^"]+)"', body.decode())
    assert assets
    for asset in assets:
        status, headers, _ = deployed.get(asset)
        assert (status, headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")


def test_the_site_knows_its_sign_in_its_address_and_what_is_not_there(deployed: Account) -> None:
    assert json.loads(deployed.get("/config.json")[2]) == {"auth": "clerk", "publishableKey": KEY}
    assert f'content="{deployed.address}/og.png"' in deployed.get("/")[2].decode()
    status, headers, body = deployed.get("/nobody/is/here")
    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert body == (ROOT / "frontend" / "dist" / "404.html").read_bytes()
    assert deployed.get("/assets/none.js")[0] == 403


def test_health_says_that_nothing_is_missing(deployed: Account) -> None:
    assert deployed.api("Api", "GET", "/api/health") == (200, {"success": True, "status": "ok", "missing": []})


def test_a_game_takes_a_slot_and_its_pack_is_the_ais(deployed: Account, ai: FakeAi) -> None:
    status, added = deployed.api("Generate", "POST", "/api/generate-phrases", {"gameName": "Una Partida Rara"})
    assert (status, added["source"], added["currentGames"]) == (200, "ai", ["una partida rara"])
    assert sum(ai.calls("Una Partida Rara").values()) == 1
    status, slots = deployed.api("Api", "GET", "/api/generate-phrases")
    assert (status, slots["games"], slots["remainingSlots"]) == (200, ["una partida rara"], 3)
    status, _ = deployed.api("Api", "DELETE", "/api/generate-phrases?game=una%20partida%20rara".replace("%20", " "))
    assert status == 200
    assert deployed.api("Api", "GET", "/api/generate-phrases")[1]["games"] == []
    status, show = deployed.api("Api", "POST", "/api/chat-ticket", {"gameName": "Una Partida Rara"})
    assert (status, show["show"]["source"], show["show"]["state"]) == (200, "cache", "live")


def test_prewarm_fills_the_cache_by_what_its_schedule_calls(deployed: Account, ai: FakeAi) -> None:
    schedules = deployed.client("scheduler")
    (listed,) = schedules.list_schedules()["Schedules"]
    schedule = schedules.get_schedule(Name=listed["Name"], GroupName=listed["GroupName"])
    assert schedule["Target"]["Arn"].endswith(f":function:{deployed.resources['Prewarm']}")
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 1
    popular = DOCUMENT["Parameters"]["PopularGames"]["Default"].split(",")
    first = deployed.invoke("Prewarm", json.loads(schedule["Target"].get("Input") or "{}"))
    again = deployed.invoke("Prewarm", {})
    assert first["made"] >= 2 * len(popular)
    assert (first["failed"], first["left"], again["made"], again["fresh"]) == (0, 0, 0, first["made"] + first["fresh"])
    assert {sum(ai.calls(game).values()) for game in popular} == {2}, "one in each language"
    status, added = deployed.api("Generate", "POST", "/api/generate-phrases", {"gameName": popular[0]}, user="user_2")
    assert (status, added["source"]) == (200, "cache")


def test_keys_are_in_ssm_encrypted_and_nowhere_else(deployed: Account) -> None:
    ssm, functions = deployed.client("ssm"), deployed.client("lambda")
    for name, value in SECRETS.items():
        kept = ssm.get_parameter(Name=f"/{STACK}/{name}", WithDecryption=True)["Parameter"]
        assert (kept["Type"], kept["Value"]) == ("SecureString", value)
    template = json.dumps(deployed.client("cloudformation").get_template(StackName=STACK)["TemplateBody"], default=str)
    environments = json.dumps([one.get("Environment") for one in functions.list_functions()["Functions"]])
    logs = (Path(deployed.environment["TMP"]) if "TMP" in deployed.environment else deployed.folder).rglob("*.log")
    for value in SECRETS.values():
        assert value not in template + environments + "".join(log.read_text() for log in logs)


def test_a_second_deployment_changes_nothing(deployed: Account) -> None:
    said = deployed.shell("make deploy")
    assert "No changes to deploy" in said
    assert "files changed: 0" in said


def test_a_setting_taken_back_has_its_default_again(deployed: Account) -> None:
    deployed.configure('  "AlarmEmail=",')
    deployed.shell("make deploy")
    (stack,) = deployed.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    assert {"ParameterKey": "AlarmEmail", "ParameterValue": ""} in stack["Parameters"]
    assert not deployed.client("sns").list_topics()["Topics"]


@pytest.mark.parametrize(("variable", "value"), [("AUTH_ISSUER", ""), ("AUTH_PUBLIC_KEY", "no PEM")])
def test_a_setting_that_is_missing_is_named_and_nobody_is_let_in(deployed: Account, variable: str, value: str) -> None:
    functions, name = deployed.client("lambda"), deployed.resources["Api"]
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {**before, variable: value}})
    try:
        assert deployed.api("Api", "GET", "/api/health")[1]["missing"] == [variable]
        assert deployed.api("Api", "GET", "/api/generate-phrases")[0] == 401
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})


def test_without_the_sites_own_address_nobody_is_let_in(deployed: Account) -> None:
    table, key = deployed.client("dynamodb"), {"pk": {"S": "CONFIG"}, "sk": {"S": "ORIGINS"}}
    name = deployed.resources["Table"]
    before = table.get_item(TableName=name, Key=key)["Item"]
    table.delete_item(TableName=name, Key=key)
    deployed.forget("Api")
    try:
        assert deployed.api("Api", "GET", "/api/health")[1]["missing"] == ["ALLOWED_ORIGINS"]
        assert deployed.api("Api", "GET", "/api/generate-phrases")[0] == 401
    finally:
        table.put_item(TableName=name, Item=before)
        deployed.forget("Api")


def test_without_a_publishable_key_nothing_is_deployed(account: Account) -> None:
    done = subprocess.run(
        ["make", "deploy", "STAGE=dev"],
        cwd=account.folder,
        env={**os.environ, **account.environment, "HOST": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "ClerkPublishableKey" in done.stderr
    assert "dashboard.clerk.com" in done.stderr


def test_taking_it_down_asks_and_leaves_nothing(deployed: Account) -> None:
    ((_, command),) = BLOCK.findall(TEAR_DOWN)
    deployed.shell(command, f"{STACK}\nyes\n")
    assert not deployed.client("dynamodb").list_tables()["TableNames"]
    assert not deployed.client("lambda").list_functions()["Functions"]
    assert not deployed.client("ssm").describe_parameters()["Parameters"]
    with pytest.raises(deployed.client("cloudformation").exceptions.ClientError):
        deployed.client("cloudformation").describe_stacks(StackName=STACK)
