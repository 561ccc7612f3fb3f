"""An upstream that behaves as badly as the web does, on its own loopback port: one behaviour per path."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

FEED = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Harbour News</title><link>https://harbour.example/</link>
<description>From the quay</description><ttl>45</ttl>
<item><title>Ferry returns</title><link>https://harbour.example/ferry</link><guid>ferry-1</guid>
<description>The ferry is back. It sails at noon.</description></item>
</channel></rss>
"""
ETAG = '"quay-1"'
MODIFIED = "Tue, 24 Nov 2026 08:00:00 GMT"


class Evil(BaseHTTPRequestHandler):
    """Answers a GET by the method named after its path, `/drip` by `at_drip`; 404 for any other."""

    protocol_version = "HTTP/1.1"
    server: EvilServer

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((self.path, dict(self.headers.items())))
        behaviour = getattr(self, "at_" + path.strip("/").replace("-", "_"), None)
        with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
            behaviour() if behaviour and path.count("/") == 1 else self.answer(404, b"nothing here")

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        headers.setdefault("Content_Type", "application/rss+xml")
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def pieces(self, pieces: Iterator[bytes], **headers: str) -> None:
        """Answer 200 without a length, piece by piece, for as long as the other side listens."""
        self.close_connection = True
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        for piece in pieces:
            if self.server.stopping.is_set():
                return
            self.wfile.write(piece)
            self.server.sent += len(piece)

    def slowly(self, piece: bytes) -> Iterator[bytes]:
        while not self.server.stopping.wait(0.05):
            yield piece

    # What works

    def at_ok(self) -> None:
        if self.headers.get("If-None-Match") == ETAG or self.headers.get("If-Modified-Since") == MODIFIED:
            self.answer(304, ETag=ETAG)
        else:
            self.answer(200, FEED, ETag=ETAG, Last_Modified=MODIFIED, Cache_Control="public, max-age=900")

    def at_gzip(self) -> None:
        self.answer(200, gzip.compress(FEED), Content_Encoding="gzip")

    def at_gzip_members(self) -> None:
        self.answer(200, gzip.compress(FEED[:100]) + gzip.compress(FEED[100:]), Content_Encoding="gzip")

    def at_chunked(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for at in range(0, len(FEED), 100):
            piece = FEED[at : at + 100]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def at_exact(self) -> None:
        self.answer(200, b"x" * int(self.path.partition("?")[2]))

    def at_exact_gzip(self) -> None:
        body = gzip.compress(b"x" * int(self.path.partition("?")[2]))
        self.answer(200, body, Content_Encoding="gzip")

    # Redirects

    def at_moved(self) -> None:
        self.answer(301, b"moved", Location="/ok")

    def at_moved_twice(self) -> None:
        self.answer(308, Location="/moved")

    def at_found(self) -> None:
        self.answer(302, Location="/moved")

    def at_moved_then_found(self) -> None:
        self.answer(301, Location="/found")

    def at_redirect_loop(self) -> None:
        self.answer(302, Location="/redirect-loop")

    def at_hops(self) -> None:
        left = int(self.path.partition("?")[2])
        self.answer(302, Location=f"/hops?{left - 1}" if left > 1 else "/ok")

    def at_redirect_to(self) -> None:
        self.answer(302, Location=unquote(self.path.partition("?")[2]))

    def at_private_redirect(self) -> None:
        self.answer(302, Location="http://169.254.169.254/latest/meta-data/")

    def at_redirect_nowhere(self) -> None:
        self.answer(302)

    # Statuses

    def at_304(self) -> None:
        self.answer(304)

    def at_410(self) -> None:
        self.answer(410, b"gone")

    def at_429(self) -> None:
        self.answer(429, b"slow down", Retry_After="120")

    def at_429_date(self) -> None:
        self.close_connection = True
        self.send_response_only(429)
        self.send_header("Date", "Tue, 24 Nov 2026 10:00:00 GMT")
        self.send_header("Retry-After", "Tue, 24 Nov 2026 11:30:00 GMT")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def at_503_years(self) -> None:
        self.answer(503, Retry_After="999999999")

    def at_204(self) -> None:
        self.answer(204)

    def at_endless_error(self) -> None:
        self.close_connection = True
        self.send_response(503)
        self.send_header("Retry-After", "60")
        self.end_headers()
        while not self.server.stopping.is_set():
            self.wfile.write(b"sorry " * 1000)

    # Bodies

    def at_html_200(self) -> None:
        page = b"""<!doctype html><html><head><title>Hello</title>
            <link rel="alternate" type="application/rss+xml" href="/feeds/news.rss"></head>
            <body>Hi</body></html>"""
        self.answer(200, page, Content_Type="text/html; charset=utf-8")

    def at_empty(self) -> None:
        self.answer(200)

    def at_wrong_encoding(self) -> None:
        body = FEED.replace(b"quay", "Straße".encode("windows-1252"))
        self.answer(200, body, Content_Type="text/xml; charset=utf-8")

    def at_truncated(self) -> None:
        self.close_connection = True
        self.answer(200, FEED[:200], Content_Length=str(len(FEED)))

    def at_truncated_gzip(self) -> None:
        body = gzip.compress(FEED)
        self.answer(200, body[: len(body) // 2], Content_Encoding="gzip")

    def at_not_gzip(self) -> None:
        self.answer(200, FEED, Content_Encoding="gzip")

    def at_unasked_encoding(self) -> None:
        self.answer(200, zlib.compress(FEED), Content_Encoding="deflate, gzip")

    def at_gzip_bomb(self) -> None:
        def bomb() -> Iterator[bytes]:
            packer = zlib.compressobj(9, zlib.DEFLATED, 31)
            zeros = bytes(1_000_000)
            while True:
                yield packer.compress(zeros)

        self.pieces(bomb(), Content_Encoding="gzip")

    # Time and size

    def at_drip(self) -> None:
        self.pieces(self.slowly(b" "), Content_Length="50000")

    def at_drip_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for line in self.slowly(b"X-Drip: 1\r\n"):
            self.wfile.write(line)

    def at_slow_redirects(self) -> None:
        time.sleep(0.2)
        self.answer(302, Location="/slow-redirects")

    def at_endless(self) -> None:
        self.pieces(iter(lambda: b"<item>" * 10_000, b""))

    def at_huge_length(self) -> None:
        self.answer(200, b"<rss>", Content_Length=str(10**12))

    def at_once_slow(self) -> None:
        if len(self.server.asked) == 1:
            self.server.stopping.wait(8)
        self.at_ok()

    def at_never(self) -> None:
        self.server.stopping.wait(30)

    def at_closes(self) -> None:
        self.close_connection = True

    def at_not_http(self) -> None:
        self.close_connection = True
        self.wfile.write(b"220 mail.example ESMTP ready\r\n")

    def at_huge_headers(self) -> None:
        self.answer(200, FEED, **{f"X_{n}": "y" * 1000 for n in range(150)})

    def at_cookie(self) -> None:
        self.answer(302, Location="/ok", Set_Cookie="session=secret; Path=/")

    def log_message(self, *args: object) -> None:
        """Say nothing: a test's output is its own."""


class EvilServer(ThreadingHTTPServer):
    """The server, what it was asked for, and how much of an endless body it sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Evil)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.sent = 0
        self.stopping = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that hang up are what this server is for."""


@contextmanager
def evil_upstream(certificate: Path | None = None) -> Iterator[EvilServer]:
    """Run the server, over TLS if it is given a certificate, until the block ends."""
    server = EvilServer()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.url = f"https://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
