"""What the web server does before any of our own code is asked."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.serving import serving

HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"


def test_http2_without_tls_is_refused_since_its_slow_clients_are_never_cut_off(tmp_path: Path) -> None:
    with serving(tmp_path) as tree, socket.create_connection(("127.0.0.1", tree.port), timeout=5) as client:
        client.sendall(HTTP2)
        answer = b""
        while chunk := client.recv(4096):
            answer += chunk
    assert not answer or answer.startswith(b"HTTP/1.1 4")
