from __future__ import annotations

import os
import resource
import socket
import struct
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.model import Document
from feedsvc.web.door import door as door_module
from feedsvc.web.door import tunnel as tunnel_module
from feedsvc.web.door import visitor
from feedsvc.web.door.visitor import left
from tests.serving import eventually
from tests.web.door.conftest import House, read_all, read_answer
from tests.web.newsroom import NOON

LONG = 8_000_000
"""More bytes than the system keeps for a reader who does not read."""


def test_polls_on_one_connection_are_answered_in_order_without_the_web_server(house: House) -> None:
    connection = house.connect()
    etag = house.newsroom.ask("/feeds/all.rss").headers["etag"].encode()
    for _ in range(3):
        connection.sendall(house.poll())
        head, body = read_answer(connection)
        assert head.startswith(b"HTTP/1.1 200 OK\r\netag: " + etag)
        assert body == house.newsroom.ask("/feeds/all.rss").body
        connection.sendall(house.poll(f"If-None-Match: {etag.decode()}"))
        head, body = read_answer(connection)
        assert head.startswith(b"HTTP/1.1 304 Not Modified\r\n")
        assert body == b""
        connection.sendall(house.poll(method="HEAD", path="/feeds/all.atom"))
        assert read_answer_head(connection).startswith(b"HTTP/1.1 200 OK\r\n")
    house.behind.settimeout(0.2)
    with pytest.raises(TimeoutError):
        house.behind.accept()


def test_a_connection_ends_after_an_answer_if_it_shall(house: House) -> None:
    answer = house.ask()
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith(house.newsroom.ask("/feeds/all.rss").body)


def test_a_head_in_pieces_is_answered_as_soon_as_it_is_whole(house: House) -> None:
    connection = house.connect()
    head = house.poll()
    for part in (head[:1], head[1:20], head[20:-1], head[-1:]):
        connection.sendall(part)
        time.sleep(0.005)
    assert b" 200 OK" in read_answer(connection)[0]


@pytest.mark.parametrize(
    "data",
    [
        b"GET /feeds/",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /feeds/all.rss?x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        b"GET /feeds/all.rss HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 3000,
        b"\x16\x03\x01 hello by TLS\r\n\r\n",
        b"GET /feeds/all.rss HTTP/1.1\r\nHost: x\r\n\r\n" * 2,
    ],
)
def test_what_is_no_poll_reaches_the_web_server_byte_for_byte(house: House, data: bytes) -> None:
    connection = house.connect()
    connection.sendall(data)
    server = house.accept()
    assert receive(server, len(data)) == data
    server.sendall(b"answer")
    assert receive(connection, 6) == b"answer"
    # What was a tunnel once stays one: the web server may be in the middle of something.
    connection.sendall(house.poll())
    assert receive(server, len(house.poll())) == house.poll()


def test_polls_come_before_a_tunnel_in_order(house: House) -> None:
    connection = house.connect()
    connection.sendall(house.poll())
    read_answer(connection)
    connection.sendall(b"GET /news HTTP/1.1\r\nHost: x\r\n\r\n")
    server = house.accept()
    assert receive(server, 5) == b"GET /"


def test_a_tunnel_carries_much_both_ways_at_once(house: House) -> None:
    connection = house.connect()
    connection.sendall(b"x")
    server = house.accept()
    up, down = b"u" * LONG, b"d" * LONG
    senders = [
        threading.Thread(target=connection.sendall, args=(up,)),
        threading.Thread(target=server.sendall, args=(down,)),
    ]
    for sender in senders:
        sender.start()
    assert receive(connection, LONG) == down
    assert receive(server, LONG + 1) == b"x" + up
    for sender in senders:
        sender.join()


def test_the_slower_end_of_a_tunnel_holds_the_faster_one_back(house: House) -> None:
    connection = house.connect()
    connection.sendall(b"x")
    server = house.accept()
    server.settimeout(0.5)
    sent = 0
    with pytest.raises(TimeoutError):
        while sent < 100 * LONG:
            sent += server.send(b"d" * 65536)
    kept = sum(len(end.unsent) for tunnel in house.door.tunnels for end in (tunnel._client, tunnel._server))
    assert 0 < kept <= tunnel_module.CHUNK
    spent = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - spent < 0.25, "it does not wait, it goes round in circles"
    assert len(receive(connection, sent)) == sent


def test_each_side_of_a_tunnel_may_end_first(house: House) -> None:
    connection = house.connect()
    connection.sendall(b"POST /all-I-have HTTP/1.1\r\n\r\n")
    connection.shutdown(socket.SHUT_WR)
    server = house.accept()
    assert read_all(server) == b"POST /all-I-have HTTP/1.1\r\n\r\n"
    server.sendall(b"thank you")
    server.close()
    assert read_all(connection) == b"thank you"
    eventually(lambda: not house.door.tunnels, 5, "the tunnel has ended")


def test_a_tunnel_ends_where_the_web_server_ends_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnel_module, "LINGER", 0.2)
    connection = house.connect()
    connection.sendall(b"x")
    server = house.accept()
    server.sendall(b"d" * 100_000)
    server.close()
    assert len(read_all(connection)) == 100_000
    eventually(
        lambda: not house.door.tunnels, 5, "the tunnel has ended, though the client keeps its end open"
    )


@pytest.mark.parametrize("end", ["client", "server"])
def test_a_tunnel_of_which_one_end_breaks_ends(house: House, end: str) -> None:
    connection = house.connect()
    connection.sendall(b"x")
    server = house.accept()
    assert server.recv(1) == b"x"
    broken, other = (connection, server) if end == "client" else (server, connection)
    broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    broken.close()
    eventually(lambda: not house.door.tunnels, 5, "the tunnel has ended")
    assert is_closed(other)


def test_without_a_web_server_a_connection_ends(house: House) -> None:
    house.behind.close()
    connection = house.connect()
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert is_closed(connection)
    assert b"200 OK" in house.ask()


def test_each_tunnel_comes_from_an_address_that_stands_for_its_client(house: House) -> None:
    sources = set()
    for _ in range(3):
        connection = house.connect()
        connection.sendall(b"x")
        source = house.accept().getpeername()[0]
        assert house.door.peers.client(source) == "127.0.0.1"
        sources.add(source)
    assert len(sources) == 3
    assert house.door.peers.client("127.64.200.1") == ""
    for connection in house.opened:
        connection.close()
    eventually(lambda: not house.door.tunnels, 5, "the tunnels have ended")
    assert {house.door.peers.client(source) for source in sources} == {""}


def test_a_slow_reader_gets_a_whole_answer_and_holds_nobody_up(house: House) -> None:
    body = hold(house, 3 * LONG)
    slow = house.connect()
    slow.sendall(house.poll())
    eventually(lambda: any(each.is_sending for each in house.door.visitors), 5, "an answer is under way")
    (waiting,) = [each for each in house.door.visitors if each.is_sending]
    # It keeps views of the bytes that everybody gets, no copy.
    assert waiting._unsent[-1].obj is body
    assert b" 304 " in house.ask("If-None-Match: *")
    assert read_answer(slow)[1] == body
    slow.sendall(house.poll("If-None-Match: *"))
    assert b" 304 " in read_answer(slow)[0]


def test_connections_that_rest_are_ended_in_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "FIRST", 0.2)
    silent, polling = house.connect(), house.connect()
    polling.sendall(house.poll())
    read_answer(polling)
    assert silent.recv(10) == b""
    monkeypatch.setattr(visitor, "IDLE", 0.2)
    assert polling.recv(10) == b""


def test_where_files_run_out_the_longest_resting_connections_make_room(house: House) -> None:
    house.door._room = 20
    connections = []
    for _ in range(40):
        connection = house.connect()
        connection.sendall(house.poll())
        read_answer(connection)
        connections.append(connection)
        assert len(house.door.visitors) <= 21
    assert is_closed(connections[0])
    connections[-1].sendall(house.poll())
    assert b" 200 OK" in read_answer(connections[-1])[0]


def test_a_door_without_descriptors_goes_on_once_there_are_some(house: House) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    connection = house.connect()
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4, hard))
        connection.sendall(house.poll("Connection: close"))
        time.sleep(1.2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert b" 200 OK" in read_all(connection)


def test_a_stop_ends_what_rests_and_finishes_what_is_being_sent(house: House) -> None:
    body = hold(house, 3 * LONG)
    slow, resting = house.connect(), house.connect()
    slow.sendall(house.poll())
    resting.sendall(house.poll("If-None-Match: *"))
    read_answer(resting)
    tunnelled = house.connect()
    tunnelled.sendall(b"x")
    server = house.accept()
    eventually(lambda: any(each.is_sending for each in house.door.visitors), 5, "an answer is under way")
    house.door.stop()
    assert resting.recv(10) == b""
    with pytest.raises(OSError, match="refused"):
        house.connect()
    server.sendall(b"the last words")
    server.close()
    assert read_all(tunnelled) == b"the last words"
    tunnelled.close()
    assert read_answer(slow)[1] == body
    assert slow.recv(10) == b""
    eventually(lambda: not house.door._thread.is_alive(), 5, "the door has ended")


def test_a_stop_does_not_wait_for_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "LAST_SECONDS", 0.3)
    connection = house.connect()
    connection.sendall(b"x")
    house.accept()
    house.door.stop()
    eventually(lambda: not house.door._thread.is_alive(), 5, "the door has ended")


def test_once_the_web_server_has_ended_nobody_waits_for_it(house: House) -> None:
    unheard, polling = house.connect(), house.connect()
    unheard.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    polling.sendall(house.poll())
    read_answer(polling)
    eventually(lambda: bool(house.door.tunnels), 5, "there is a tunnel")
    begun = time.monotonic()
    house.ended.set()
    eventually(lambda: not house.door._thread.is_alive(), 5, "the door has ended")
    assert time.monotonic() - begun < door_module.LAST_SECONDS - 1
    assert is_closed(unheard)
    assert is_closed(polling)


def test_a_fault_costs_one_connection_and_not_the_door(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    connection = house.connect()
    connection.sendall(house.poll())
    read_answer(connection)
    with monkeypatch.context() as patch:
        patch.setattr(house.door.replies, "_answered", None)
        connection.sendall(house.poll())
        assert is_closed(connection)
    assert "door status=fault" in caplog.text
    assert b" 200 OK" in house.ask()


@given(st.lists(st.binary(max_size=20), max_size=4), st.data())
def test_what_is_left_of_parts_is_what_was_not_sent(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts)
    sent = data.draw(st.integers(0, len(whole)))
    rest = left(tuple(parts), sent)
    assert b"".join(rest) == whole[sent:]
    assert all(rest)


def hold(house: House, size: int) -> bytes:
    """Put a long document into memory, more than the system keeps for a reader who does not read."""
    body = os.urandom(size // 2) * 2
    document = Document(
        "/feeds/all.rss", "application/rss+xml", NOON, body, b"", b"", '"long"', "", "", seq=1000
    )
    house.newsroom.front.documents.put(document, NOON)
    return body


def receive(connection: socket.socket, size: int) -> bytes:
    parts = []
    while size and (part := connection.recv(min(size, 65536))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def is_closed(connection: socket.socket) -> bool:
    """Say whether the other end closes it without a word, in order or not."""
    try:
        return connection.recv(10) == b""
    except ConnectionError:
        return True


def read_answer_head(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        data += connection.recv(65536)
    return data
