"""SSM's Parameter Store as far as the product asks it: GetParametersByPath over HTTP, and ways to fail."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


class FakeSsm:
    """`values` by full name. `fails`: nothing, an error's name, or `hang`. `page`: how many it tells at once.

    `asked`: each request's body.
    """

    def __init__(self, address: str) -> None:
        self.url = address
        self.values: dict[str, str] = {}
        self.fails = ""
        self.page = 10
        self.asked: list[dict[str, Any]] = []
        self.closing = Event()

    def answer(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append(asked)
        if self.fails == "hang":
            self.closing.wait(30)
        if self.fails:
            return 400 if "Denied" in self.fails else 500, {"__type": self.fails, "message": f"no, {self.values}"}
        under = asked["Path"].rstrip("/") + "/"
        right_under = {name: value for name, value in self.values.items() if name.rpartition("/")[0] + "/" == under}
        # What is not asked to be decrypted comes as it is kept.
        shown = {
            name: value if asked.get("WithDecryption") else f"AQ{value[::-1]}" for name, value in right_under.items()
        }
        told = [{"Name": name, "Value": value, "Type": "SecureString"} for name, value in shown.items()]
        begin = int(asked.get("NextToken", 0))
        more = {"NextToken": str(begin + self.page)} if begin + self.page < len(told) else {}
        return 200, {"Parameters": told[begin : begin + self.page], **more}


@contextmanager
def running() -> Iterator[FakeSsm]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["X-Amz-Target"] == "AmazonSSM.GetParametersByPath"
            status, body = ssm.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        ssm = FakeSsm(f"http://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield ssm
        ssm.closing.set()
        server.shutdown()
        thread.join()
