from __future__ import annotations

import pytest

from feedsvc.web.clients import Proxies

TRUSTED = Proxies(("10.0.0.0/8", "127.0.0.1", "fd00::/8"))
NOBODY = Proxies(())


@pytest.mark.parametrize(
    ("peer", "headers", "client"),
    [
        ("203.0.113.9", {}, "203.0.113.9"),
        # A client that comes directly may write what it likes.
        ("203.0.113.9", {"X_FORWARDED_FOR": "198.51.100.1"}, "203.0.113.9"),
        ("203.0.113.9", {"FORWARDED": "for=198.51.100.1"}, "203.0.113.9"),
        # A trusted proxy is believed about its peer, and nobody about what that peer wrote.
        ("127.0.0.1", {"X_FORWARDED_FOR": "198.51.100.1"}, "198.51.100.1"),
        ("127.0.0.1", {"X_FORWARDED_FOR": "8.8.8.8, 198.51.100.1"}, "198.51.100.1"),
        ("127.0.0.1", {"X_FORWARDED_FOR": "10.1.1.1, 8.8.8.8, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"),
        ("10.0.0.7", {"FORWARDED": "for=198.51.100.1;proto=https"}, "198.51.100.1"),
        ("10.0.0.7", {"FORWARDED": 'for=8.8.8.8, for="198.51.100.1:4711"'}, "198.51.100.1"),
        ("10.0.0.7", {"FORWARDED": 'proto=https;For="[2001:db8::1]:4711"'}, "2001:db8::1"),
        ("fd00::1", {"X_FORWARDED_FOR": "2001:db8::1"}, "2001:db8::1"),
        ("fd00::1", {"X_FORWARDED_FOR": "[2001:db8::1]:4711"}, "2001:db8::1"),
        ("::ffff:10.0.0.7", {"X_FORWARDED_FOR": "198.51.100.1:4711"}, "198.51.100.1"),
        # What proxies write comes first; the other header may be the client's own.
        ("10.0.0.7", {"X_FORWARDED_FOR": "198.51.100.1", "FORWARDED": "for=8.8.8.8"}, "198.51.100.1"),
        # A proxy that does not say for whom it asks stands for nobody.
        ("127.0.0.1", {}, ""),
        ("127.0.0.1", {"X_FORWARDED_FOR": "10.0.0.9"}, ""),
        ("127.0.0.1", {"X_FORWARDED_FOR": " "}, ""),
    ],
)
def test_a_client_is_known_through_trusted_proxies_alone(
    peer: str, headers: dict[str, str], client: str
) -> None:
    environ = {f"HTTP_{name}": value for name, value in headers.items()}
    assert TRUSTED.client(peer, environ) == client


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "household"),
    [
        (NOBODY, "198.51.100.1", "", ""),
        (NOBODY, "8.8.8.8", "", "8.8.8.8"),
        (NOBODY, "2a00:1450:4001:80b:1:2:3:4", "", "2a00:1450:4001:80b::/64"),
        (NOBODY, "::ffff:8.8.8.8", "", "8.8.8.8"),
        # It may be a proxy that nobody named: all its readers would share one count.
        (NOBODY, "127.0.0.1", "", ""),
        (NOBODY, "10.0.0.7", "", ""),
        (NOBODY, "8.8.8.8", "198.51.100.1", ""),
        (NOBODY, "", "", ""),
        (TRUSTED, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
        (TRUSTED, "127.0.0.1", "2001:db8::ffff:1", "2001:db8::/64"),
        (TRUSTED, "127.0.0.1", "unknown", ""),
        (TRUSTED, "192.168.1.5", "", "192.168.1.5"),
        (TRUSTED, "8.8.8.8", "198.51.100.1", "8.8.8.8"),
    ],
)
def test_what_may_be_many_clients_is_counted_as_none(
    proxies: Proxies, peer: str, forwarded: str, household: str
) -> None:
    environ = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert proxies.household(peer, environ) == household


def test_a_header_without_an_end_costs_little() -> None:
    assert (
        TRUSTED.client("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "10.0.0.1," * 100_000 + "8.8.8.8"}) == "8.8.8.8"
    )
