"""The outbound door against a misbehaving upstream: everything ends in time, in bounds, in a sentence."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from feedsvc.errors import FetchError, Gone
from feedsvc.net import Client, Limits
from tests.upstream_server import ETAG, FEED, MODIFIED, EvilServer, evil_upstream

LOOPBACK = ("127.0.0.0/8", "::1/128")
CERTIFICATE = Path(__file__).parent.parent / "cases" / "net" / "localhost.pem"


@pytest.fixture(scope="module")
def running() -> Iterator[EvilServer]:
    with evil_upstream() as server:
        yield server


@pytest.fixture
def upstream(running: EvilServer) -> EvilServer:
    running.asked.clear()
    running.sent = 0
    return running


def client(seconds: float = 5, max_bytes: int = 100_000, redirects: int = 5) -> Client:
    limits = Limits(seconds, max_bytes, redirects, connect_seconds=2, allow_networks=LOOPBACK)
    return Client(limits, user_agent="feedsvc/test (+https://feedsvc.example)")


# What works


@pytest.mark.parametrize("path", ["/ok", "/gzip", "/gzip-members", "/chunked"])
def test_a_body_comes_whole_however_it_is_sent(upstream: EvilServer, path: str) -> None:
    answer = client().fetch(upstream.url + path)
    assert (answer.status, answer.body, answer.permanent) == (200, FEED, None)
    assert answer.url == upstream.url + path


def test_a_request_says_who_asks_and_what_for_and_nothing_else(upstream: EvilServer) -> None:
    client().fetch(upstream.url + "/ok#part")
    path, headers = upstream.asked[0]
    assert path == "/ok"
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
    assert headers["User-Agent"] == "feedsvc/test (+https://feedsvc.example)"


def test_validators_are_sent_and_a_304_is_taken(upstream: EvilServer) -> None:
    first = client().fetch(upstream.url + "/ok")
    assert (first.headers["etag"], first.headers["last-modified"]) == (ETAG, MODIFIED)
    again = client().fetch(upstream.url + "/ok", etag=ETAG, last_modified=MODIFIED)
    assert (again.status, again.body) == (304, b"")
    assert upstream.asked[1][1]["If-None-Match"] == ETAG
    assert upstream.asked[1][1]["If-Modified-Since"] == MODIFIED


def test_a_304_that_nobody_asked_for_is_an_error(upstream: EvilServer) -> None:
    with pytest.raises(FetchError, match="first request"):
        client().fetch(upstream.url + "/304")


def test_a_validator_cannot_smuggle_a_header_in(upstream: EvilServer) -> None:
    client().fetch(upstream.url + "/ok", etag='"a"\r\nX-Evil: 1')
    assert "X-Evil" not in upstream.asked[0][1]


def test_a_proxy_in_the_environment_is_not_used(
    upstream: EvilServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert client().fetch(upstream.url + "/ok").status == 200


def test_a_netrc_file_is_not_read(
    upstream: EvilServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    client().fetch(upstream.url + "/ok")
    assert "Authorization" not in upstream.asked[0][1]


# Redirects


@pytest.mark.parametrize(
    ("path", "permanent"),
    [("/moved", "/ok"), ("/moved-twice", "/ok"), ("/found", None), ("/moved-then-found", "/found")],
)
def test_a_move_for_good_is_told_as_far_as_it_is_for_good(
    upstream: EvilServer, path: str, permanent: str | None
) -> None:
    answer = client().fetch(upstream.url + path)
    assert answer.body == FEED
    assert answer.url == upstream.url + "/ok"
    assert answer.permanent == (upstream.url + permanent if permanent else None)


def test_a_redirect_to_an_unescaped_address_is_followed(upstream: EvilServer) -> None:
    assert client().fetch(f"{upstream.url}/redirect-to?{quote('/ok?a b é')}").body == FEED
    assert upstream.asked[1][0] == "/ok?a%20b%20%E9"


def test_the_allowed_number_of_redirects_is_followed_and_not_one_more(upstream: EvilServer) -> None:
    assert client(redirects=3).fetch(upstream.url + "/hops?3").status == 200
    with pytest.raises(FetchError, match="more than 3 times"):
        client(redirects=3).fetch(upstream.url + "/hops?4")


def test_a_redirect_loop_ends(upstream: EvilServer) -> None:
    with pytest.raises(FetchError, match="redirects more than 5 times"):
        client().fetch(upstream.url + "/redirect-loop")
    assert len(upstream.asked) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//10.0.0.1/",
        "http://[::ffff:192.168.0.1]/",
        "http://0xa9fea9fe/",
        "http://user:pw@127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1\\@news.example/",
        "http://[::1",
    ],
)
def test_a_redirect_passes_the_same_checks_as_the_first_address(upstream: EvilServer, target: str) -> None:
    with pytest.raises(FetchError):
        client().fetch(f"{upstream.url}/redirect-to?{quote(target)}")
    assert len(upstream.asked) == 1


def test_a_redirect_into_a_private_network_names_the_option(upstream: EvilServer) -> None:
    with pytest.raises(FetchError, match=r"169\.254\.169\.254.*limits\.allow_networks"):
        client().fetch(upstream.url + "/private-redirect")


def test_a_redirect_without_a_target_is_an_error(upstream: EvilServer) -> None:
    with pytest.raises(FetchError, match="without saying where"):
        client().fetch(upstream.url + "/redirect-nowhere")


def test_a_cookie_is_not_kept(upstream: EvilServer) -> None:
    client().fetch(upstream.url + "/cookie")
    assert "Cookie" not in upstream.asked[1][1]


# Statuses


def test_gone_is_an_error_of_its_own(upstream: EvilServer) -> None:
    with pytest.raises(Gone) as caught:
        client().fetch(upstream.url + "/410")
    assert caught.value.status == 410


@pytest.mark.parametrize(
    ("path", "status", "seconds"),
    [
        ("/429", 429, 120),
        ("/429-date", 429, 5400),
        ("/503-years", 503, 999_999_999),
        ("/endless-error", 503, 60),
        ("/nothing-here", 404, None),
        ("/204", 204, None),
    ],
)
def test_a_status_and_the_wait_it_asks_for_are_told(
    upstream: EvilServer, path: str, status: int, seconds: int | None
) -> None:
    with pytest.raises(FetchError, match=str(status)) as caught:
        client().fetch(upstream.url + path)
    assert (caught.value.status, caught.value.retry_after) == (status, seconds)


# Limits


@pytest.mark.parametrize("path", ["/exact", "/exact-gzip"])
def test_the_size_limit_is_met_to_the_byte(upstream: EvilServer, path: str) -> None:
    assert len(client(max_bytes=5000).fetch(f"{upstream.url}{path}?5000").body) == 5000
    with pytest.raises(FetchError, match="larger than 5,000 bytes"):
        client(max_bytes=5000).fetch(f"{upstream.url}{path}?5001")


@pytest.mark.parametrize("path", ["/endless", "/gzip-bomb", "/huge-length"])
def test_a_body_without_end_is_stopped_early(upstream: EvilServer, path: str) -> None:
    with pytest.raises(FetchError, match=r"larger than 100,000 bytes.*limits\.fetch_bytes"):
        client(max_bytes=100_000).fetch(upstream.url + path)
    assert upstream.sent < 20_000_000


@pytest.mark.parametrize("path", ["/drip", "/drip-headers", "/never", "/slow-redirects"])
def test_one_deadline_ends_everything_that_is_slow(upstream: EvilServer, path: str) -> None:
    begun = time.monotonic()
    with pytest.raises(FetchError, match=r"not complete after 0\.6 seconds"):
        client(seconds=0.6, redirects=100).fetch(upstream.url + path)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("path", ["/truncated", "/truncated-gzip"])
def test_a_cut_transfer_is_an_error(upstream: EvilServer, path: str) -> None:
    with pytest.raises(FetchError, match="cut off"):
        client().fetch(upstream.url + path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/not-gzip", "cannot be decompressed"),
        ("/unasked-encoding", "not asked for"),
        ("/huge-headers", "bytes of headers"),
        ("/closes", "without an answer"),
        ("/not-http", "does not answer in HTTP"),
    ],
)
def test_what_is_not_proper_http_is_told_in_a_sentence(upstream: EvilServer, path: str, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        client().fetch(upstream.url + path)


def test_a_closed_port_is_told_in_a_sentence() -> None:
    with pytest.raises(FetchError, match=r"127\.0\.0\.1 does not accept connections on port 1"):
        client().fetch("http://127.0.0.1:1/")


def test_a_host_that_does_not_exist_is_told_in_a_sentence() -> None:
    with pytest.raises(FetchError, match=r"no host named nowhere\.invalid"):
        client().fetch("http://nowhere.invalid/")


def test_without_permission_the_loopback_is_refused(upstream: EvilServer) -> None:
    with pytest.raises(FetchError, match=r"limits\.allow_networks"):
        Client(Limits(), user_agent="feedsvc").fetch(upstream.url + "/ok")
    assert upstream.asked == []


def test_an_unreadable_network_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="anywhere"):
        Client(Limits(allow_networks=("anywhere",)), user_agent="feedsvc")


def test_a_hundred_failing_fetches_leave_no_descriptor_open(upstream: EvilServer) -> None:
    paths = ["/truncated", "/closes", "/private-redirect", "/gzip-bomb"]

    def fail(path: str) -> None:
        with pytest.raises(FetchError):
            client().fetch(upstream.url + path)

    def descriptors() -> int:
        return len([*Path("/proc/self/fd").iterdir()])

    fail(paths[0])
    before = descriptors()
    for number in range(100):
        fail(paths[number % len(paths)])
    assert descriptors() <= before + 4  # the server is in this process and may be closing its last ones


def test_threads_share_one_client(upstream: EvilServer) -> None:
    shared, bodies = client(), []
    threads = [
        threading.Thread(target=lambda: bodies.append(shared.fetch(upstream.url + "/gzip").body))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == [FEED] * 8


# TLS


@pytest.fixture
def secure() -> Iterator[EvilServer]:
    with evil_upstream(CERTIFICATE) as server:
        yield server


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: EvilServer) -> None:
    with pytest.raises(FetchError, match=r"certificate of localhost is not valid.*SSL_CERT_FILE"):
        client().fetch(secure.url + "/ok")


def test_an_own_authority_is_trusted_through_its_file(
    secure: EvilServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    assert client().fetch(secure.url + "/ok").body == FEED
    wrong_name = secure.url.replace("localhost", "127.0.0.1")
    with pytest.raises(FetchError, match=r"certificate of 127\.0\.0\.1 is not valid"):
        client().fetch(wrong_name + "/ok")


def test_a_redirect_from_https_to_http_is_not_followed(
    secure: EvilServer, upstream: EvilServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with pytest.raises(FetchError, match="from https to http"):
        client().fetch(f"{secure.url}/redirect-to?{upstream.url}/ok")
    assert upstream.asked == []
