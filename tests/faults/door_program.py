"""The doors as one program, whose clock is told the time and whose every call of the store is counted.

A request a line on standard input, `[function, event, now_ms]`, and for each a line on standard output: `{"status",
"headers", "body", "reads", "read_units", "writes"}`. Units are the emulator's ConsumedCapacity, by DynamoDB's rules.
"""

import importlib
import json
import sys
from types import SimpleNamespace
from typing import Any

import time_machine
from chatsim.store.signed_client import SignedClient

READS = ("GetItem", "Query")
MODULES = {"ChatStream": "functions.chat_stream.app", "Api": "functions.api.app", "Generate": "functions.generate.app"}
CONTEXT = SimpleNamespace(
    aws_request_id="r",
    function_name="door",
    memory_limit_in_mb=256,
    invoked_function_arn="arn",
    get_remaining_time_in_millis=lambda: 10_000,
)


class Meter:
    def __init__(self) -> None:
        self.start_over()

    def start_over(self) -> None:
        self.reads, self.read_units, self.writes = 0, 0.0, 0

    def note(self, operation: str, answer: Any) -> None:
        if operation in READS:
            self.reads += 1
            self.read_units += answer["ConsumedCapacity"]["CapacityUnits"]
        else:
            self.writes += 1

    def watch(self) -> None:
        """What is asked from now on."""
        call = SignedClient._call

        def counted(client: SignedClient, operation: str, request: dict[str, Any]) -> dict[str, Any]:
            answer = call(client, operation, request | {"ReturnConsumedCapacity": "TOTAL"})
            self.note(operation, answer)
            return answer

        SignedClient._call = counted  # type: ignore[method-assign]


def answer(function: str, event: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    found = importlib.import_module(MODULES[function]).handler(event, CONTEXT)
    if isinstance(found, dict):
        return found["statusCode"], found["headers"], found["body"]
    return found.status, found.headers, b"".join(found.body).decode()


def main() -> None:
    meter, out = Meter(), sys.stdout
    sys.stdout = sys.stderr  # what the doors log
    meter.watch()
    for line in sys.stdin:
        function, event, now_ms = json.loads(line)
        meter.start_over()
        with time_machine.travel(now_ms / 1000, tick=False):
            status, headers, body = answer(function, event)
        print(json.dumps({"status": status, "headers": headers, "body": body, **vars(meter)}), file=out, flush=True)


if __name__ == "__main__":
    main()
