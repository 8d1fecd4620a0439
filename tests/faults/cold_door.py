"""The door that writes packs behind HTTP, each request answered by a process that knows nothing of the last one.

It imports the door, serves `POST` on the port that it prints, and forks for every request: what one attempt learnt of a
provider's health is forgotten, so that any number of faults can be tried side by side.
"""

import importlib
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ForkingMixIn
from types import SimpleNamespace

door = importlib.import_module("functions.generate.app")


class Server(ForkingMixIn, HTTPServer):
    request_queue_size = 64


class Requests(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        route = {"method": "POST", "path": self.path, "sourceIp": self.client_address[0]}
        request = {"http": route, "stage": "$default"}
        event = {"rawPath": self.path, "headers": dict(self.headers), "body": body, "requestContext": request}
        answer = door.handler(event, SimpleNamespace(aws_request_id="r"))
        self.send_response(answer["statusCode"])
        self.end_headers()
        self.wfile.write(answer["body"].encode())

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Requests) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
