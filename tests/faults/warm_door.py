"""The stream door in one process that remembers: told `[event, now_ms]`, it tells `{"status", "body", "took_s"}`."""

import importlib
import json
import sys
import time
from types import SimpleNamespace

import time_machine

door = importlib.import_module("functions.chat_stream.app")

for line in sys.stdin:
    event, now_ms = json.loads(line)
    began_s = time.perf_counter()
    with time_machine.travel(now_ms / 1000, tick=False):
        response = door.handler(event, SimpleNamespace(aws_request_id="r"))
        body = b"".join(response.body).decode()
    took_s = time.perf_counter() - began_s
    print(json.dumps({"status": response.status, "body": body, "took_s": took_s}), flush=True)
