"""The AI services' own addresses, answered on this machine: an HTTPS proxy that hands their requests to the fake AI.

A deployed door sends its key to no other address, so this is how a test comes between.
"""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

import trustme
from chatsim_ai.settings import VENDORS

HOSTS = [vendor.host for vendor in VENDORS.values()]


@contextmanager
def diverted(to: str, folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which processes find the services' hosts at `to` (http://127.0.0.1:port), trusting it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*HOSTS).configure_cert(tls)
    with _Proxy(("127.0.0.1", 0), _Tunnel) as proxy:
        proxy.tls, proxy.target = tls, urlsplit(to).port or 80
        serving = threading.Thread(target=proxy.serve_forever)
        serving.start()
        try:
            yield {
                "HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_address[1]}",
                "NO_PROXY": "127.0.0.1,localhost",
                "SSL_CERT_FILE": str(folder / "authority.pem"),
            }
        finally:
            proxy.shutdown()
            serving.join()


class _Proxy(ThreadingTCPServer):
    daemon_threads = True
    tls: ssl.SSLContext
    target: int


class _Tunnel(StreamRequestHandler):
    server: _Proxy

    def handle(self) -> None:
        host = self.rfile.readline().split()[1].decode().partition(":")[0]
        while self.rfile.readline().strip():
            pass
        if host not in HOSTS:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with (
            suppress(OSError),
            self.server.tls.wrap_socket(self.request, server_side=True) as caller,
            socket.create_connection(("127.0.0.1", self.server.target)) as target,
        ):
            back = threading.Thread(target=_pump, args=(target, caller), daemon=True)
            back.start()
            _pump(caller, target)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Until the source has ended; the sink is told so."""
    with suppress(OSError):
        while chunk := source.recv(65_536):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_RDWR)
