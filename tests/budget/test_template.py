"""The template against the code it deploys."""

from typing import Any

import pytest
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
    door = doors()[name]
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
    assert DOCUMENT["Resources"][name]["DeletionPolicy"] == "Retain"
