"""The AI services' own addresses, answered on this machine: an HTTPS proxy that hands their requests to the fake AI.

A deployed door sends its key to no other address, so this is how a test comes between.
"""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import trustme
from chatsim_ai.settings import VENDORS

HOSTS = [vendor.host for vendor in VENDORS.values()]


@contextmanager
def diverted(to: str, folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which processes find the services' hosts at `to` (http://127.0.0.1:port), trusting it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    proxy = _Proxy(authority, urlsplit(to).port or 80)
    proxy.start()
    try:
        yield {
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
            "NO_PROXY": "127.0.0.1,localhost",
            "SSL_CERT_FILE": str(folder / "authority.pem"),
        }
    finally:
        proxy.stop()


class _Proxy(threading.Thread):
    def __init__(self, authority: trustme.CA, target: int) -> None:
        super().__init__(daemon=True)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(*HOSTS).configure_cert(self._tls)
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def run(self) -> None:
        self._loop.run_forever()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self.join()
        self._server.close()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            host = head.split()[1].decode().partition(":")[0]
            if host not in HOSTS:
                writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.start_tls(self._tls)
                to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._target)
                await asyncio.gather(_pipe(reader, to_writer), _pipe(to_reader, writer))
        writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
