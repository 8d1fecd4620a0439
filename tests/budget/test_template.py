"""The template against the code it deploys."""

import json
import re
from typing import Any

import pytest
from chatsim import builtin, metrics
from chatsim_web.door import METHODS

from tests.budget.fresh import run
from tests.budget.template import DOCUMENT, TEXT, doors, resources


def routes(door: dict[str, Any]) -> set[tuple[str, str]]:
    events = [event for event in door.get("Events", {}).values() if event["Type"] == "HttpApi"]
    return {(event["Properties"]["Method"], event["Properties"]["Path"]) for event in events}


API_DOORS = {name: door for name, door in doors().items() if routes(door)}


@pytest.mark.parametrize("name", API_DOORS)
def test_a_door_serves_the_routes_it_is_given_and_no_other(name):
    served, _ = run(
        """
routes = open_door().door.routes
result = [(route.method, route.path) for route in (*routes._static_routes, *routes._dynamic_routes)]
""",
        door=name,
    )
    assert {tuple(route) for route in served} == routes(API_DOORS[name]) - {("ANY", "$default")}


def test_the_routes_are_those_a_405_names():
    declared: dict[str, set[str]] = {}
    for door in API_DOORS.values():
        for method, path in routes(door) - {("ANY", "$default")}:
            declared.setdefault(path, set()).add(method)
    assert declared == {path: set(methods) for path, methods in METHODS.items()}


def test_no_two_doors_share_a_route_and_one_takes_the_rest():
    every = [route for door in API_DOORS.values() for route in routes(door)]
    assert len(every) == len(set(every))
    assert [name for name, door in API_DOORS.items() if ("ANY", "$default") in routes(door)] == ["Api"]


@pytest.mark.parametrize("name", doors())
def test_a_door_has_a_handler(name):
    door = {**DOCUMENT["Globals"]["Function"], **doors()[name]}
    file, _, function = door["Handler"].partition(".")
    assert (file, function) == ("app", "handler")
    assert door["CodeUri"].startswith("functions/")


@pytest.mark.parametrize("name", doors())
def test_a_door_may_do_what_it_needs_and_names_it(name):
    statements = [statement for policy in doors()[name]["Policies"] for statement in policy["Statement"]]
    assert statements
    for statement in statements:
        assert statement["Effect"] == "Allow"
        for member in (statement["Action"], statement["Resource"]):
            assert "*" not in str(member)


def test_the_stream_door_only_reads():
    (policy,) = doors()["ChatStream"]["Policies"]
    (statement,) = policy["Statement"]
    assert set(statement["Action"]) == {"dynamodb:GetItem", "dynamodb:Query"}


def test_the_stream_door_is_light_and_streams():
    door = doors()["ChatStream"]
    assert set(door["Layers"]) == {"CoreLayer", "StreamingLayer", "AuthLayer"}
    assert door["FunctionUrlConfig"] == {"AuthType": "AWS_IAM", "InvokeMode": "RESPONSE_STREAM"}
    assert "Events" not in door


def test_nothing_local_is_deployed():
    assert "CHATSIM_LOCAL" not in TEXT
    assert "local/" not in TEXT
    assert "ReservedConcurrentExecutions" not in TEXT


def test_no_key_of_the_ai_stands_there_and_who_writes_packs_knows_where_they_are():
    assert "API_KEY" not in TEXT
    own = {name: door.get("Environment", {}).get("Variables", {}) for name, door in doors().items()}
    assert {name for name, variables in own.items() if "AI_KEYS" in variables} == {"Generate", "Prewarm"}
    assert {name for name, door in doors().items() if "AiLayer" in door["Layers"]} == {"Generate", "Prewarm"}


def test_games_that_are_kept_ready_are_those_an_ai_writes_packs_of():
    for game in DOCUMENT["Parameters"]["PopularGames"]["Default"].split(","):
        assert not builtin.speaks_for_itself(builtin.named(game, "game"), "es"), game


def test_every_door_runs_on_the_same_python():
    shared = DOCUMENT["Globals"]["Function"]
    assert (shared["Runtime"], shared["Architectures"]) == ("python3.13", ["arm64"])
    for layer in resources("AWS::Serverless::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == [shared["Runtime"]]


def test_the_table():
    ((name, table),) = resources("AWS::DynamoDB::Table").items()
    assert table["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert table["AttributeDefinitions"] == [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
    ]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert DOCUMENT["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate"


# ── The site ──


def test_cloudfront_alone_reaches_the_stream_by_both_permissions():
    """CloudFront's guide asks for both since October 2025: the URL, and the function by way of it."""
    granted = {grant["Action"]: grant for grant in resources("AWS::Lambda::Permission").values()}
    assert granted.keys() == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    for grant in granted.values():
        assert (grant["FunctionName"], grant["Principal"]) == ("ChatStream", "cloudfront.amazonaws.com")
        assert grant["SourceArn"].endswith("distribution/${Distribution}")
    assert granted["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "AWS_IAM"
    assert granted["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True


def distribution() -> dict[str, Any]:
    (found,) = resources("AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = found["DistributionConfig"]
    return config


def test_no_answer_of_the_api_is_cached_and_no_error_at_all():
    behaviours = distribution()["CacheBehaviors"]
    for behaviour in behaviours[:2]:
        assert behaviour["PathPattern"].startswith("/api/")
        assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS's CachingDisabled
        assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert behaviours[0]["Compress"] is False, "a compressor holds the stream back"
    errors = distribution()["CustomErrorResponses"]
    assert {500, 502, 503, 504} < {error["ErrorCode"] for error in errors}
    assert all(error["ErrorCachingMinTTL"] == 0 and len(error) == 2 for error in errors), "the API's errors are its own"


def test_the_stream_comes_before_the_rest_of_the_api():
    assert [behaviour["PathPattern"] for behaviour in distribution()["CacheBehaviors"]][:2] == [
        "/api/chat-stream*",
        "/api/*",
    ]


def test_every_page_has_headers_that_allow_no_script_of_another():
    assert policies().keys() == {"PageHeaders", "SignInHeaders", "OverlayHeaders"}
    for name, policy in policies().items():
        assert policy["default-src"] == ["'none'"]
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & {*policy["script-src"]}
        assert policy["frame-ancestors"] == (["'self'"] if name == "OverlayHeaders" else ["'none'"])
        assert ("'unsafe-inline'" in policy["style-src"]) == (name != "PageHeaders")


def policies() -> dict[str, dict[str, list[str]]]:
    """The content security policies by resource: each directive's sources."""
    found = {}
    for name, resource in resources("AWS::CloudFront::ResponseHeadersPolicy").items():
        headers = resource["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        assert headers.keys() >= {"StrictTransportSecurity", "ContentTypeOptions", "ReferrerPolicy", "FrameOptions"}
        text = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]
        found[name] = {part.split()[0]: part.split()[1:] for part in text.split(";")}
    return found


def test_the_bucket_is_nobodys_but_cloudfronts():
    (bucket,) = resources("AWS::S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (policy,) = resources("AWS::S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Principal"], statement["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject")
    assert "AWS:SourceArn" in statement["Condition"]["StringEquals"]


# ── What is watched ──


def test_every_log_ends_and_every_door_has_one():
    logs = resources("AWS::Logs::LogGroup")
    assert all(log["RetentionInDays"] == "LogDays" for log in logs.values())
    assert {door["LoggingConfig"]["LogGroup"] for door in doors().values()} == logs.keys()
    assert DOCUMENT["Globals"]["Function"]["Tracing"] == "Active"


def test_alarms_and_dashboard_speak_of_metrics_that_there_are():
    alarms = resources("AWS::CloudWatch::Alarm")
    assert len(alarms) == 10, "ten cost nothing"
    asked = {
        (alarm["MetricName"], alarm["Dimensions"][0]["Name"])
        for alarm in alarms.values()
        if alarm["Namespace"] == metrics.NAMESPACE
    }
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    drawn = [
        metric
        for widget in json.loads(dashboard["DashboardBody"])["widgets"]
        for metric in widget["properties"]["metrics"]
    ]
    asked |= {(metric[1], metric[2]) for metric in drawn if metric[0] == metrics.NAMESPACE}
    asked |= {("Errors", "Code") for metric in drawn if "Code" in str(metric[0])}
    assert asked == {(name, metric.dimension) for name, metric in metrics.METRICS.items()}


def test_a_waived_rule_has_its_reason():
    for line, above in zip(TEXT.splitlines()[1:], TEXT.splitlines(), strict=False):
        if "ignore_checks" in line:
            (rule,) = re.findall(r"\[(\w+)\]", line)
            assert f"# {rule}: " in above
