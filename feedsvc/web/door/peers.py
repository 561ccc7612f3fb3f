"""Tell the application behind the door who is at the other end of a tunnel.

The web server sees only where a tunnel comes from. Each tunnel comes from an address of the loopback
network that is its own for as long as it lasts; this process remembers whose it is.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FIRST_OCTET, LAST_OCTET = 64, 127
ADDRESSES = (LAST_OCTET - FIRST_OCTET + 1) << 16
"""127.64.0.0 to 127.127.255.255: away from 127.0.0.1 and from what a machine's resolvers use."""

NO_PORT = 24
"""IP_BIND_ADDRESS_NO_PORT: the port is chosen when it connects, so that ports do not run out."""


class Peers:
    """The clients behind the tunnels of this process, by the address that each tunnel comes from."""

    def __init__(self) -> None:
        self._clients: dict[str, str] = {}
        self._next = 0

    def enter(self, client: str) -> str:
        """Return a free address to come from, which stands for this client until `leave`."""
        while True:
            self._next = (self._next + 1) % ADDRESSES
            number = self._next
            source = f"127.{FIRST_OCTET + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
            if source not in self._clients:
                self._clients[source] = client
                return source

    def leave(self, source: str) -> None:
        """Forget whom an address stood for."""
        self._clients.pop(source, None)

    def client(self, address: str) -> str:
        """Return who is behind an address; empty where nobody is any more, lest it pass for local."""
        octets = address.split(".")
        if octets[0] == "127" and len(octets) == 4 and FIRST_OCTET <= int(octets[1]) <= LAST_OCTET:
            return self._clients.get(address, "")
        return address


class Behind:
    """A WSGI application that sees the client and the public address in place of the tunnel's."""

    def __init__(self, app: WSGIApplication, peers: Peers, host: str, port: int) -> None:
        self._app = app
        self._peers = peers
        self._host = host
        self._port = str(port)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        environ["REMOTE_ADDR"] = self._peers.client(environ["REMOTE_ADDR"])
        environ["SERVER_NAME"] = self._host
        environ["SERVER_PORT"] = self._port
        return self._app(environ, start_response)


def is_possible() -> bool:
    """Say whether this system has what the door needs: Linux, and the whole of 127.0.0.0/8."""
    if not sys.platform.startswith("linux"):
        return False
    with socket.socket() as probe:
        try:
            probe.bind((f"127.{LAST_OCTET}.255.1", 0))
        except OSError:
            return False
    return True
