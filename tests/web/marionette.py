"""Drive Firefox by Marionette, the protocol that it speaks itself: JSON messages on a loopback port."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.serving import eventually, free_port


class Firefox:
    """A running Firefox without a window."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._asked = 0

    def connect(self) -> bool:
        """Say whether it listens; if so, begin a session."""
        try:
            self._socket = socket.create_connection(("127.0.0.1", self._port), 30)
        except OSError:
            return False
        self._stream = self._socket.makefile("rb")
        assert self._read()["marionetteProtocol"] == 3
        self.ask("WebDriver:NewSession")
        return True

    def ask(self, command: str, **parameters: object) -> Any:
        """Send a command of WebDriver, and return what it answers."""
        self._asked += 1
        message = json.dumps([0, self._asked, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def go(self, address: str) -> None:
        self.ask("WebDriver:Navigate", url=address)

    @property
    def address(self) -> str:
        return str(self.ask("WebDriver:GetCurrentURL")["value"])

    def run(self, script: str) -> Any:
        return self.ask("WebDriver:ExecuteScript", script=script, args=[])["value"]

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _read(self) -> Any:
        digits = b""
        while not digits.endswith(b":"):
            digits += self._stream.read(1) or b":"
        return json.loads(self._stream.read(int(digits[:-1])))


@contextmanager
def firefox(program: str, profile: Path) -> Iterator[Firefox]:
    """Run Firefox on a profile of its own until the end of the block."""
    port = free_port()
    profile.mkdir()
    (profile / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile), "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running = Firefox(port)
    try:
        eventually(running.connect, 60, "Firefox listens")
        yield running
        running.close()
    finally:
        process.terminate()
        process.wait(20)
