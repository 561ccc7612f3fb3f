"""What may be fetched: the text of addresses, and the IP addresses that they lead to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.errors import FetchError
from feedsvc.net import Client, Limits, guard
from feedsvc.net.urls import MAX_CHARS

CLIENT = Client(Limits(seconds=5), user_agent="feedsvc-test")

UNREADABLE = """
file:///etc/passwd
gopher://127.0.0.1:70/_x
ftp://192.0.2.1/feed.xml
dict://127.0.0.1:11211/stats
ldap://127.0.0.1/
jar:http://127.0.0.1!/
data:text/xml,<rss/>
javascript:alert(1)
feed://news.example/rss
//news.example/rss
news.example/rss
http:/news.example
http://
http:///rss
https://:443/rss
http://user@news.example/
http://user:secret@news.example/
http://news.example@127.0.0.1/
http://news.example\\@127.0.0.1/
http:\\\\127.0.0.1\\rss
http://127.0.0.1\t/rss
http://news.example /rss
http://%31%32%37.0.0.1/
http://127.0.0.1%00.news.example/
http://[::1%25lo]/
http://[fe80::1%25eth0]/
http://[::1/
http://[v1.fe80]/
http://news..example/
http://news.example../
http://.example/
http://news.example:99999/
http://news.example:0/
http://news.example:port/
http://<b>.example/
http://a,b.example/
""".strip().split("\n")

PRIVATE = """
http://127.0.0.1/
http://127.0.0.1:8080/
http://127.1/
http://127.0.0.1#@news.example/
http://127.0.0.1?@news.example/
http://127.255.255.254/
http://2130706433/
http://017700000001/
http://0177.0.0.1/
http://0x7f000001/
http://0x7f.0.0.1/
http://0/
http://0.0.0.0/
http://127.0.0.1./
http://localhost/
http://localhost./
http://LOCALHOST/
http://news.localhost/
http://①②⑦.0.0.1/
http://127。0。0。1/
http://１２７.0.0.1/
http://10.0.0.1/
http://172.16.0.1/
http://172.31.255.255/
http://192.168.1.1/
http://100.64.0.1/
http://169.254.169.254/latest/meta-data/
http://168.63.129.16/machine
http://192.0.0.192/opc/v1/
http://100.100.100.200/
http://198.18.0.1/
http://192.0.2.1/
http://203.0.113.7/
http://224.0.0.1/
http://240.0.0.1/
http://255.255.255.255/
http://192.88.99.1/
http://[::]/
http://[::1]/
http://[0:0:0:0:0:0:0:1]/
http://[::127.0.0.1]/
http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/
http://[::ffff:10.0.0.1]/
http://[64:ff9b::7f00:1]/
http://[64:ff9b::169.254.169.254]/
http://[64:ff9b:1::a00:1]/
http://[2002:7f00:1::]/
http://[2002:a9fe:a9fe::]/
http://[2001::7f00:1]/
http://[2001:db8::1]/
http://[3fff::1]/
http://[5f00::1]/
http://[100::1]/
http://[fc00::1]/
http://[fd00:ec2::254]/
http://[fe80::1]/
http://[fec0::1]/
http://[ff02::1]/
https://127.0.0.1/
https://[::1]:8443/
""".strip().split("\n")


@pytest.mark.parametrize("url", UNREADABLE)
def test_an_address_with_more_than_one_reading_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(FetchError, match="address"):
        guard.parse(url)


@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_that_leads_into_a_private_network_is_refused_at_the_socket(url: str) -> None:
    with pytest.raises(FetchError, match=r"public internet.*limits\.allow_networks"):
        CLIENT.fetch(url)


@pytest.mark.parametrize("port", [22, 25, 81, 3306, 6379, 11211])
def test_a_public_address_on_another_port_is_refused(port: int) -> None:
    with pytest.raises(FetchError, match=rf"port {port}.*limits\.allow_networks"):
        CLIENT.fetch(f"http://93.184.215.14:{port}/")


@pytest.mark.parametrize("ip", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:93.184.215.14"])
@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
def test_public_addresses_may_be_fetched(ip: str, port: int) -> None:
    assert guard.refusal(ip, port, ()) is None


def test_an_allowed_network_opens_itself_and_nothing_else() -> None:
    allowed = guard.networks(["10.1.0.0/16", "fd12::/16"])
    assert guard.refusal("10.1.2.3", 9000, allowed) is None
    assert guard.refusal("::ffff:10.1.2.3", 80, allowed) is None
    assert guard.refusal("fd12::9", 22, allowed) is None
    assert guard.refusal("10.2.0.1", 80, allowed)
    assert guard.refusal("127.0.0.1", 80, allowed)


@pytest.mark.parametrize("ip", ["", "fe80::1%eth0", "/run/socket", "1.2.3", "news.example"])
def test_what_is_not_an_ip_address_is_refused(ip: str) -> None:
    assert guard.refusal(ip, 80, guard.networks(["0.0.0.0/0", "::/0"]))


def test_an_address_of_2048_characters_is_taken_and_one_more_is_not() -> None:
    url = "https://news.example/".ljust(MAX_CHARS, "x")
    assert guard.parse(url).url == url
    with pytest.raises(FetchError, match="2,048 characters"):
        guard.parse(url + "x")


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://news.example/rss", "news.example", 443),
        ("http://NEWS.example./rss", "news.example", 80),
        ("https://bücher.example:8443/rss?a=1#top", "xn--bcher-kva.example", 8443),
        ("https://straße.example/", "xn--strae-oqa.example", 443),
        ("http://[2606:4700::1111]/", "2606:4700::1111", 80),
    ],
)
def test_an_address_is_rebuilt_from_its_parts(url: str, host: str, port: int) -> None:
    target = guard.parse(url)
    assert (target.host, target.port) == (host, port)
    assert "#" not in target.url
    assert guard.parse(target.url) == target


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(max_size=60).map("http://".__add__)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        target = guard.parse(text)
    except FetchError:
        return
    assert target.url.isascii()
    assert guard.parse(target.url) == target


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_nothing_but_global_addresses_is_ever_let_through(address: object) -> None:
    ip = str(address)
    if guard.refusal(ip, 443, ()) is None:
        assert address.is_global  # type: ignore[attr-defined]
