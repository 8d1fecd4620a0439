"""An issuer's own https server on this machine, which publishes its key set, or fails to."""

import datetime
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from chatsim_auth import SessionVerifier
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from tests.unit.auth.issuer import claims, header, jwks, private_key, settings, sign

Answer = Callable[[BaseHTTPRequestHandler], None]


def body(content: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)

    return answer


class Issuer:
    """`answer` decides how it responds, `paths` are the requests it had and `asked_s` when they came."""

    def __init__(self, certificate: Path) -> None:
        self.answer: Answer = body(jwks("ours"))
        self.paths: list[str] = []
        self.asked_s: list[float] = []
        self.hold = threading.Event()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked_s.append(time.time())
                issuer.paths.append(self.path)
                issuer.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # callers that leave early are part of these tests

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self.hold.set()
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    def token(self, kid: str = "ours", key: str = "ours") -> str:
        return sign(header=header(kid=kid), payload=claims(iss=self.url), key=key)

    def verifier(self) -> SessionVerifier:
        return SessionVerifier(settings(issuer=self.url, public_key="", local=True))


@contextmanager
def serving(folder: Path) -> Iterator[Issuer]:
    """One that is up and trusted by this process; its certificate is made in `folder`."""
    certificate = folder / "localhost.pem"
    if not certificate.exists():
        _certify(certificate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate))
        issuer = Issuer(certificate)
        yield issuer
        issuer.close()


def _certify(path: Path) -> None:
    """Key and self-signed certificate of this machine, in one file."""
    key = private_key("tls")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    # Good for whatever time a test says it is.
    today = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=3650))
        .not_valid_after(today + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()) + signed.public_bytes(pem))
