"""A store that never gets to the end of its answer, though it always says something."""

import socket
import threading
from contextlib import suppress


class Drip:
    """It says the beginning of its answer at once and then a byte each fifth of a second, for ever."""

    def __init__(self, beginning: bytes) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._beginning, self._over = beginning, threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._answer, args=(self._listening.accept()[0],), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.sendall(self._beginning)
            while not self._over.wait(0.2):
                caller.sendall(b"x")

    def close(self) -> None:
        self._over.set()
        self._listening.close()


STATUS = b"HTTP/1.1 200 OK\r\n"
DRIPS = {"status": b"HTTP/1.1 200 ", "headers": STATUS + b"X-Slow: ", "body": STATUS + b"Content-Length: 999\r\n\r\n{"}
