"""The stream door as a program that answers each request in a process that knows nothing of the last one.

It imports the door, asks it nothing, and forks for every request: `[event, now_ms]` as JSON a line on standard input,
the length of the body and the body on standard output.
"""

import importlib
import json
import os
import sys
from types import SimpleNamespace

import time_machine

door = importlib.import_module("functions.chat_stream.app")

for line in sys.stdin:
    child = os.fork()
    if not child:
        event, now_ms = json.loads(line)
        with time_machine.travel(now_ms / 1000, tick=False):
            response = door.handler(event, SimpleNamespace(aws_request_id="r"))
            body = b"".join(response.body)
        sys.stdout.buffer.write(b"%d\n%b" % (len(body), body))
        sys.stdout.buffer.flush()
        os._exit(0)
    os.waitpid(child, 0)
