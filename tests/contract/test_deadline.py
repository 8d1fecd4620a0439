"""The API doors' own client, as they configure it, before a store that accepts and never answers."""

from tests.budget.fresh import run

LIMIT_S = 2.0
# What a machine that runs other tests beside this one may add.
BUSY_S = 2.0


def test_a_hanging_store_is_given_up_within_2_s():
    took_s, _ = run(
        """
import socket, time
import boto3
from botocore.exceptions import BotoCoreError
from chatsim_web.services import STORE_CONFIG

with socket.socket() as mute:
    mute.bind(("127.0.0.1", 0))
    mute.listen(8)
    endpoint = f"http://127.0.0.1:{mute.getsockname()[1]}"
    client = boto3.client("dynamodb", endpoint_url=endpoint, config=STORE_CONFIG)
    begun = time.monotonic()
    try:
        client.get_item(TableName="chatsim", Key={"pk": {"S": "CONFIG"}, "sk": {"S": "ORIGINS"}})
    except BotoCoreError:
        result = time.monotonic() - begun
""",
        door="Api",
    )
    assert took_s is not None
    assert took_s < LIMIT_S + BUSY_S
