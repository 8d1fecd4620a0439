"""What faults are made of: a fake AI, a store that referees, trouble in front of it, callers in processes of their own.

Both real AI SDKs speak HTTP to the fake, every fault side by side, since most of them are waited for.
"""

import contextlib
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from chatsim import builtin
from chatsim.store.dynamo import DynamoStore
from chatsim_ai.failover import AttemptRecord, Failover
from chatsim_ai.settings import AiSettings
from chatsim_ai.writer import Writer, Written

from local import launch
from local.launch import FakeAi
from tests.conftest import CREDENTIALS, ROOT, client_of, create_table, signed_client_of

PROVIDERS = ("groq", "cerebras")
# Many waits at once, but few that compute: what is measured is the product, not the queue for two cores.
AT_ONCE = 6

_games = itertools.count(1)


@dataclass
class Outcome:
    """What became of one wish for a pack. `turns`: who was asked and how it ended; `error`: what was raised."""

    game: str
    written: Written | None = None
    error: Exception | None = None
    took_s: float = 0.0
    turns: list[AttemptRecord] = field(default_factory=list)


class Desk:
    """One environment of the door that writes packs, with the providers in a known order."""

    def __init__(self, ai: FakeAi, first: str, **env: str) -> None:
        settings = AiSettings.from_env({"CHATSIM_LOCAL": "1", **ai.environment, **env})
        self.heard: list[AttemptRecord] = []
        self._providers = settings.providers()
        self.failover = Failover(
            self._providers, settings.first_token_s, self.heard.append, start=PROVIDERS.index(first)
        )
        self._writer = Writer(self.failover, settings)

    def close(self) -> None:
        for provider in self._providers:
            provider.warm().client.close()

    def ask(self, game: str, lang: Any = "es") -> Outcome:
        name = builtin.named(game, "game")
        outcome, heard = Outcome(game), len(self.heard)
        began_s = time.monotonic()
        try:
            outcome.written = self._writer.write(name, lang, builtin.find(name, lang))
        except Exception as exc:
            outcome.error = exc
        outcome.took_s = time.monotonic() - began_s
        outcome.turns = self.heard[heard:]
        return outcome


@pytest.fixture(scope="session")
def ai() -> Iterator[FakeAi]:
    with launch.fake_ai(seconds=0.3) as started:
        yield started


@pytest.fixture(scope="session")
def desk(ai: FakeAi) -> Iterator[Callable[..., Desk]]:
    """desk(first, **env) → one that asks `first` first; its connections are closed when all tests are done."""
    with contextlib.ExitStack() as at_end:

        def opened(first: str = PROVIDERS[0], **env: str) -> Desk:
            return at_end.enter_context(contextlib.closing(Desk(ai, first, **env)))

        yield opened


@pytest.fixture(scope="session")
def aside() -> Iterator[Callable[..., Future[Any]]]:
    """aside(function, *arguments) → its future result."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield pool.submit


def new_game() -> str:
    """A game nobody has asked for: the fake's behaviour and counts are told apart by it."""
    return f"Partida {next(_games)}"


# ── The store ──
@dataclass(frozen=True)
class Table:
    """A table of its own in an emulator of DynamoDB; `client` is boto3's, to look at what the doors' own did."""

    endpoint: str
    name: str
    client: Any


StoreOf = Callable[[Table], DynamoStore]


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[str]:
    """The endpoint of DynamoDB Local, the referee: in memory, on 127.0.0.1 alone."""
    found = ROOT / ".cache" / "dynamodb"
    java = shutil.which("java")
    if not java or not found.is_file():
        pytest.fail("the referee is not here: run `make .cache/dynamodb`")
    folder = found.read_text().strip()
    natives, parts = f"-Djava.library.path={folder}/DynamoDBLocal_lib", f"{folder}/DynamoDBLocal_lib/*"
    main = ["org.eclipse.jetty.xml.XmlConfiguration", str(ROOT / "tests" / "faults" / "dynamodb-local.xml")]
    command = [java, "-Xmx512m", natives, "-cp", f"{folder}/DynamoDBLocal.jar:{parts}", *main]
    quiet = {**os.environ, "DDB_LOCAL_TELEMETRY": "0"}
    with subprocess.Popen(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        endpoint = f"http://127.0.0.1:{int(process.stdout.readline())}"
        until_it_answers(f"{endpoint}/shell")
        yield endpoint
        process.kill()


@pytest.fixture
def referee(dynamodb: str) -> Iterator[Table]:
    with contextlib.closing(client_of(dynamodb)) as client:
        yield Table(dynamodb, create_table(client), client)


@pytest.fixture
def quick_table(dynalite: str, dynamo_client: Any) -> Table:
    """The same in the emulator of everyday: nothing here needs Java."""
    return Table(dynalite, create_table(dynamo_client), dynamo_client)


@pytest.fixture
def store_of() -> Iterator[StoreOf]:
    """store_of(table) → a store over the doors' own client: for one thread."""
    with contextlib.ExitStack() as at_end:

        def opened(table: Table) -> DynamoStore:
            client = signed_client_of(table.endpoint)
            at_end.callback(client._connection.close)
            return DynamoStore(client, table.name)

        yield opened


def until_it_answers(url: str) -> None:
    with httpx.Client(trust_env=False) as http:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                http.get(url)
                return
            time.sleep(0.05)
    pytest.fail(f"{url} does not answer")


# ── Trouble ──
@dataclass(frozen=True)
class Trouble:
    """A proxy before a store; `make` takes the rules of microburst, `make()` leaves everything in peace."""

    endpoint: str
    http: httpx.Client

    def make(self, *rules: dict[str, Any]) -> None:
        told = [{"service": "dynamodb", **rule} for rule in rules]
        self.http.post(f"{self.endpoint}/_microburst/rules", json=told).raise_for_status()

    def made(self) -> int:
        """How often it struck since it was last asked."""
        where = f"{self.endpoint}/_microburst/fired"
        struck = len(self.http.get(where, params={"limit": 2000}).json())
        self.http.delete(where)
        return struck


@pytest.fixture(scope="session")
def trouble_before() -> Iterator[Callable[[str], Trouble]]:
    """trouble_before(endpoint) → the trouble that callers of its own endpoint will meet."""
    with httpx.Client(trust_env=False, timeout=30) as http, contextlib.ExitStack() as at_end:

        def before(endpoint: str) -> Trouble:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            command = [sys.executable, "-m", "microburst", "--upstream", endpoint, "--port", str(port)]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            at_end.callback(process.wait, 10)
            at_end.callback(process.kill)  # it would wait for those it keeps waiting
            # By this name: for an address in numbers it reads the models of all of AWS first, which takes it 10 s.
            until_it_answers(f"http://localhost:{port}/_microburst/health")
            return Trouble(f"http://localhost:{port}", http)

        yield before


# ── Callers ──
class Crew:
    """Processes that share nothing but the store: each runs a module, is told things and answers, as JSON lines."""

    def __init__(self, processes: list["subprocess.Popen[str]"]) -> None:
        self.processes = processes

    def tell(self, what: Any) -> list[Any]:
        """All are told before any is listened to."""
        for process in self.processes:
            assert process.stdin
            process.stdin.write(json.dumps(what) + "\n")
            process.stdin.flush()
        return [self.hear(process) for process in self.processes]

    @staticmethod
    def hear(process: "subprocess.Popen[str]") -> Any:
        assert process.stdout
        line = next(line for line in process.stdout if not line.startswith('{"level"'))
        return json.loads(line)


@pytest.fixture
def crew() -> Iterator[Callable[..., Crew]]:
    """crew(module, table, *arguments, **env) → two processes, told which one they are: "a" or "b"."""
    with contextlib.ExitStack() as at_end:

        def gathered(module: str, table: Table, *arguments: Any, who: str = "ab", **env: str) -> Crew:
            told = [table.name, *map(str, arguments)]
            environment = {**CREDENTIALS, "AWS_ENDPOINT_URL": table.endpoint, "PATH": "", **env}
            processes = [
                subprocess.Popen(
                    [sys.executable, "-m", module, name, *told],
                    cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                )
                for name in who
            ]  # fmt: skip
            for process in processes:
                at_end.callback(process.communicate, timeout=15)
            return Crew(processes)

        yield gathered
