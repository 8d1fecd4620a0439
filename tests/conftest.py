"""The table of the product, in a real DynamoDB emulator (dynalite) that lives as long as the test run."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from chatsim.store.signed_client import SignedClient
from hypothesis import settings

from local import template

# The same examples on every machine, however busy it is: a test that fails, fails for a change.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]
DYNALITE = ROOT / "local" / "dynalite.mjs"
CREDENTIALS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture(scope="session")
def dynalite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The emulator's endpoint, `http://127.0.0.1:<port>`."""
    node = shutil.which("node")
    if not node or not (DYNALITE.parent / "node_modules").is_dir():
        pytest.fail("the store's emulator is not installed: run `npm ci` in local/")
    command = [node, str(DYNALITE), str(tmp_path_factory.mktemp("table")), "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()
        process.wait(timeout=5)


def client_of(endpoint: str, **config: Any) -> Any:
    """A boto3 client of an emulator; `config` as botocore's Config has it."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=CREDENTIALS["AWS_REGION"],
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(**{"proxies": {}, "connect_timeout": 2, "read_timeout": 10, **config}),
    )


def signed_client_of(endpoint: str) -> SignedClient:
    """The doors' own client of an emulator: for one thread, and quick to give up."""
    return SignedClient({**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint})


def create_table(client: Any) -> str:
    """The name of a new, empty table of template.yaml's form."""
    form = template.read(ROOT / "template.yaml").table
    name = f"chatsim-{uuid4().hex[:8]}"
    client.create_table(**{**form, "TableName": name})
    while client.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        time.sleep(0.002)
    return name


@pytest.fixture(scope="session")
def dynamo_client(dynalite: str) -> Iterator[Any]:
    with contextlib.closing(client_of(dynalite)) as client:
        yield client


@pytest.fixture
def signed_client(dynalite: str) -> Iterator[SignedClient]:
    client = signed_client_of(dynalite)
    yield client
    client._connection.close()


@pytest.fixture(scope="session")
def new_table(dynamo_client: Any) -> Callable[[], str]:
    """new_table() → the name of an empty table."""
    return lambda: create_table(dynamo_client)


@pytest.fixture(scope="session")
def table(new_table: Callable[[], str]) -> str:
    """One table for all tests: each brings user names of its own."""
    return new_table()


@pytest.fixture
def user() -> str:
    return f"user_{uuid4().hex}"
