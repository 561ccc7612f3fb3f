"""The surroundings are poor or hostile: no environment, no reader of the log, everybody at once."""

from __future__ import annotations

import fcntl
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.store import Store, rendered
from tests.faults import truth
from tests.serving import ROOT, Tree, eventually, free_port, item, serving

NOBODY = 65534
KINDS = ("worker", "web-worker", "web") if os.environ.get("CI") else ("worker",)
"""What is killed while nobody reads the log; elsewhere than in CI one must do."""

pytestmark = pytest.mark.timeout(180)


def test_a_cold_feed_that_everybody_asks_for_at_once_is_made_once(tmp_path: Path) -> None:
    with serving(tmp_path) as tree:
        for number in range(30):
            tree.write(f"{number:02}.md", item(f"Storm {number}", tags="storm"))
        eventually(lambda: all(tree.holds(f"Storm {number}") for number in (0, 29)), 30, "all is live")
        time.sleep(1)
        store = Store(f"sqlite:///{tmp_path}/data/feedsvc.db", clock=lambda: datetime.now(UTC))
        before = truth.sequence(store)
        answers = all_at_once(tree.port, "/tags/storm.atom", 200)
        assert truth.sequence(store) == before + 1
        with store.read() as c:
            document = rendered.find(c, "/tags/storm.atom")
        store.close()
        assert document is not None
        assert set(answers) == {(200, document.body)}
        assert len(answers) == 200


def all_at_once(port: int, path: str, number: int) -> list[tuple[int, bytes]]:
    """Ask so often, each on a connection that is there already, all at the same moment."""
    barrier = threading.Barrier(number)
    answers: list[tuple[int, bytes]] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.connect()
        barrier.wait(30)
        connection.request("GET", path)
        response = connection.getresponse()
        answers.append((response.status, response.read()))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@contextmanager
def bare_folder() -> Iterator[tuple[Path, dict[str, int]]]:
    """Make a folder with a difficult name that belongs to nobody, where this process may give it away."""
    with tempfile.TemporaryDirectory(prefix="feedsvc-") as top:
        Path(top).chmod(0o755)
        folder = Path(top) / "Die  Möwe & Co"
        (folder / "items").mkdir(parents=True)
        (folder / "config.toml").write_text("[log]\nformat = 'logfmt'\n")
        who = as_nobody()
        for path in (folder, *folder.rglob("*")):
            if who:
                shutil.chown(path, NOBODY, NOBODY)
        yield folder, who


def as_nobody() -> dict[str, int]:
    """Return how to run a process as nobody; as ourselves where nobody may not read the checkout."""
    if os.getuid() != 0:
        return {}
    who = {"user": NOBODY, "group": NOBODY}
    try:
        done = subprocess.run([sys.executable, "-c", "import feedsvc.cli"], env=bare(0), cwd="/", **who)
    except OSError:
        return {}
    return who if done.returncode == 0 else {}


def bare(port: int) -> dict[str, str]:
    """Return an environment that holds what it must, and no home, path or language."""
    return {"LC_ALL": "C", "PYTHONPATH": str(ROOT), "FEEDSVC_SERVER__PORT": str(port)}


def test_it_runs_with_no_environment_any_umask_and_any_user(tmp_path: Path) -> None:
    with bare_folder() as (folder, who):
        port = free_port()
        log = tmp_path / "log"
        command = [sys.executable, "-m", "feedsvc"]
        with log.open("w") as sink:
            process = subprocess.Popen(
                [*command, "serve"], cwd=folder, env=bare(port), stdout=sink, stderr=sink, umask=0, **who
            )
        tree = Tree(folder, port, process, log)
        try:
            eventually(tree.ready, 60, "it is ready")
            (folder / "items" / "größe.md").write_text(item("Ærø får større færge"), encoding="utf-8")
            (folder / "items" / "kaputt.md").write_text("---\ntitle: [Straße\n---\n", encoding="utf-8")
            eventually(lambda: tree.holds("Ærø får større færge"), 20, "it is live")
            for words in (["items", "list"], ["check"], ["status"]):
                done = subprocess.run(
                    [*command, *words], cwd=folder, env=bare(port), capture_output=True, umask=0, **who
                )
                told = done.stdout.decode() + done.stderr.decode()
                assert "Traceback" not in told
                if words == ["items", "list"]:
                    assert "Ærø får større færge" in told
            found = {path: path.stat().st_mode & 0o777 for path in (folder / "data").rglob("*")}
            assert {path.name for path, mode in found.items() if mode & 0o077} == set()
            assert (folder / "data").stat().st_mode & 0o777 == 0o700
            assert "feedsvc.db" in {path.name for path in found}
        finally:
            process.terminate()
            assert process.wait(20) == 0
        told = log.read_text(encoding="utf-8")
        assert "Traceback" not in told, told[told.index("Traceback") :]


def start_into(pipe: int, folder: Path, port: int) -> Tree:
    """Run the service with all that it says going into a pipe."""
    (folder / "items").mkdir(exist_ok=True)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("FEEDSVC_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "feedsvc", "serve"],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), "FEEDSVC_SERVER__PORT": str(port)},
        stdout=pipe,
        stderr=pipe,
        text=True,
    )
    return Tree(folder, port, process, folder / "none")


def goes_on(tree: Tree) -> None:
    """Require that news go live, that what is killed comes back, and that it ends when asked."""
    eventually(tree.ready, 60, "it is ready")
    tree.write("a.md", item("Nobody reads the log"))
    eventually(lambda: tree.holds("Nobody reads the log"), 20, "news are live")
    for kind in KINDS:
        (victim, *_) = tree.children()[kind]
        os.kill(victim, signal.SIGKILL)
        eventually(lambda gone=victim, of=kind: gone not in tree.children()[of], 20, f"the {kind} is gone")
        eventually(lambda of=kind: bool(tree.children()[of]) and tree.ready(), 30, f"the {kind} is back")
        tree.write("b.md", item(f"After the {kind}"))
        eventually(lambda of=kind: tree.holds(f"After the {of}"), 30, "news are live again")
    assert tree.stop() == 0


def test_the_service_goes_on_when_the_reader_of_its_log_has_gone(tmp_path: Path) -> None:
    read, write = os.pipe()
    tree = start_into(write, tmp_path, free_port())
    os.close(write)
    os.close(read)
    try:
        goes_on(tree)
    finally:
        end(tree)


@pytest.mark.parametrize("when", ["from the start", "later"])
def test_the_service_goes_on_when_the_reader_of_its_log_has_stopped_reading(
    tmp_path: Path, when: str
) -> None:
    read, write = os.pipe()
    if when == "from the start":
        fill(write)
    tree = start_into(write, tmp_path, free_port())
    try:
        if when == "later":
            eventually(tree.ready, 60, "it is ready")
            fill(write)
        goes_on(tree)
    finally:
        end(tree)
        os.close(read)
        os.close(write)


def fill(pipe: int) -> None:
    """Write until nothing more goes in; other writers to the pipe still wait, if they would."""
    own = os.open(f"/proc/self/fd/{pipe}", os.O_WRONLY | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(own, b"." * 4096)
    with suppress(BlockingIOError):
        while True:
            os.write(own, b".")
    os.close(own)
    assert not fcntl.fcntl(pipe, fcntl.F_GETFL) & os.O_NONBLOCK


def end(tree: Tree) -> None:
    if tree.process.poll() is None:
        tree.process.kill()
        tree.process.wait()
