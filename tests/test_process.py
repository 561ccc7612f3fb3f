"""One tree for a data folder, one listener for a port."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from feedsvc.errors import Conflict
from feedsvc.process import only_one, require_free_port


def test_the_second_to_lock_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    lock = tmp_path / "data" / "feedsvc.db.serve"
    with only_one(lock, "the data", 0.0):
        told = r"another feedsvc \(process \d+\) already serves the data"
        with pytest.raises(Conflict, match=told), only_one(lock, "the data", 0.0):
            raise AssertionError("two hold it")
    with only_one(lock, "the data", 0.0):
        pass


def test_the_children_of_a_killed_tree_have_a_moment_to_end(tmp_path: Path) -> None:
    lock = tmp_path / "feedsvc.db.serve"
    with only_one(lock, "the data", 0.0) as held:
        child = subprocess.Popen(["sleep", "0.5"], pass_fds=[held])
    lock.write_text("999999999\n")  # The number of a process that is not there.
    with pytest.raises(Conflict), only_one(lock, "the data", 0.0):
        raise AssertionError("a child is still there")
    with only_one(lock, "the data", 10.0):
        assert child.wait() == 0


def test_a_port_in_use_is_refused_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Conflict, match=f"port {port}.*FEEDSVC_SERVER__PORT"):
            require_free_port("127.0.0.1", port, patience=0.0)
    require_free_port("127.0.0.1", port, patience=1.0)


def test_an_address_that_is_not_this_machines_is_refused_at_once() -> None:
    with pytest.raises(Conflict, match=r"192\.0\.2\.1"):
        require_free_port("192.0.2.1", 8484, patience=60.0)


def test_what_is_freed_goes_back_to_the_system() -> None:
    """In a process of its own: it is for good."""
    program = (
        "from feedsvc.process import give_memory_back\n"
        "def size(): return int(open('/proc/self/statm').read().split()[1])\n"
        "give_memory_back()\n"
        "large = b'x' * 300_000; del large\n"  # From here on glibc would keep as much by itself.
        "many = [bytes([n]) * 200_000 for n in range(250)]\n"
        "full = size()\n"
        "kept = many[::10]\n"
        "del many\n"
        "print((full - size()) * 4096)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(told.stdout) > 200 * 200_000
