"""Kill a process in the middle of what it does, at a step that the test chooses."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Engine, event

Step = Callable[[], None]
Watch = Callable[[Step], None]
"""Arranges that a step is called again and again while the process does something."""


def killed_at(number: int, watch: Watch, story: Callable[[], object]) -> bool:
    """Run a story in a process of its own that kill -9 ends at a step; False if it ended before that step."""
    child = os.fork()
    if child == 0:
        try:
            watch(_countdown(number))
            story()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the story failed by itself"
    return False


def steps(stride: int = 1) -> Iterator[int]:
    """Yield the steps to die at: all of them in CI, one of `stride` elsewhere."""
    yield from range(1, 10_000, 1 if os.environ.get("CI") else stride)


def statements(step: Step) -> None:
    """Step at each SQL statement that goes through SQLAlchemy, and at each commit."""
    event.listen(Engine, "before_cursor_execute", lambda *_: step())
    event.listen(Engine, "commit", lambda *_: step())


def files(folder: Path) -> Watch:
    """Step at each change of a name in a folder, and each file that Python or SQLite opens there."""
    events = ("os.rename", "os.link", "os.remove", "os.chmod", "open", "sqlite3.connect")

    def watch(step: Step) -> None:
        def hook(name: str, arguments: tuple[object, ...]) -> None:
            if name in events and str(folder) in str(arguments[0]):
                step()

        sys.addaudithook(hook)

    return watch


def _countdown(number: int) -> Step:
    left = [number]

    def step() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return step
