"""local/template.py against the real template and the forms it must understand."""

from pathlib import Path

import pytest

from local import template

ROOT = Path(__file__).parents[3]

TABLE = """
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
"""


@pytest.fixture(scope="module")
def doors() -> dict[str, template.Function]:
    return {function.name: function for function in template.read(ROOT / "template.yaml").functions}


def test_every_door_of_the_contract_is_there(doors):
    assert {"ChatStream", "Api", "Generate", "Prewarm"} <= doors.keys()
    for door in doors.values():
        assert door.folder.is_dir()
        assert door.folder.parent == ROOT / "functions"


def test_routes_of_the_real_template(doors):
    assert doors["ChatStream"].url_path == "/api/chat-stream"
    assert doors["Api"].url_path is None
    assert ("POST", "/api/chat-ticket") in doors["Api"].routes
    assert ("ANY", "$default") in doors["Api"].routes
    assert doors["Generate"].routes == (("POST", "/api/generate-phrases"),)


def test_only_the_schedulers_door_is_not_served(doors):
    assert [name for name, door in doors.items() if not door.served] == ["Prewarm"]
    assert doors["Prewarm"].timeout_s == 300


def test_variables_are_resolved_to_the_parameters_defaults(doors):
    assert doors["Api"].environment["TABLE_NAME"] == "chatsim"
    assert doors["Api"].environment["DEFAULT_MIN_MS"] == "3000"
    assert doors["Api"].environment["AUTH_ISSUER"] == ""


def test_a_stream_that_may_be_live_gets_the_time_for_it(doors):
    assert doors["ChatStream"].timeout_s == 65  # 55 of lines, its opening and its goodbye
    assert doors["Api"].timeout_s == 10


def test_the_tables_keys():
    table = template.read(ROOT / "template.yaml").table
    assert table["TableName"] == "chatsim"
    assert table["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert set(table) == {"TableName", "BillingMode", "AttributeDefinitions", "KeySchema"}


def test_what_only_aws_knows_is_left_out_of_the_environment(tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text(
        f"""
Parameters: {{Switch: {{Type: String, Default: true}}, Empty: {{Type: String}}}}
Resources:
  Door:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/door
      Handler: app.handler
      Environment:
        Variables:
          SWITCH: !Ref Switch
          EMPTY: !Ref Empty
          NUMBER: 1.5
          ARN: !GetAtt Table.Arn
          BUCKET: !Ref Bucket
          TEXT: !Sub "https://${{Bucket}}"
          AI_KEYS: !Sub "/keys/${{Bucket}}/"
          CHOICE: !If [Condition, {{a: !Ref Table}}, b]
{TABLE}"""
    )
    (door,) = template.read(path).functions
    assert door.environment == {"SWITCH": "true", "EMPTY": "", "NUMBER": "1.5", "AI_KEYS": ""}
    assert (door.timeout_s, door.memory_mb, door.routes) == (3, 128, ())  # SAM's own defaults
    assert door.folder == tmp_path / "functions" / "door"
