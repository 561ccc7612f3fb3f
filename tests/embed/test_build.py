"""The script that is committed is the one that its source makes, and it is as small as promised."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embed.pages import SCRIPTS, newest
from tests.npm import installed
from tests.proxying import part

EMBED = Path(__file__).parents[2] / "embed"
MOST_BYTES = 3000

RELEASED = {
    "v1.1.1e20f06d8d.js": "1e20f06d8d2fafdad3c46d3e87d70da149604f000098c52344049c9526ddc184",
}
"""Every release, and its SHA-256. A line stays as it is: pages name the files with their hash."""


def test_the_script_costs_at_most_3000_bytes() -> None:
    assert len(gzip.compress(newest().read_bytes(), 9, mtime=0)) <= MOST_BYTES


def test_every_release_is_there_as_it_was() -> None:
    assert {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SCRIPTS.iterdir()
    } == RELEASED


def test_a_release_is_named_after_its_number_and_its_bytes() -> None:
    numbers = [int(name.split(".")[1]) for name in RELEASED]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert all(name.split(".")[2] == digest[:10] for name, digest in RELEASED.items())
    assert json.loads((EMBED / "package.json").read_text("utf-8"))["release"] == max(numbers)


def test_the_script_holds_no_markup_no_storage_and_no_cookies() -> None:
    text = newest().read_text("utf-8")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval",
        "cookie",
        "torage",
        "Function(",
    ):
        assert word not in text


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the source with its tools beside it; the first time, install what the lock file says."""
    place = installed(EMBED)
    copy = tmp_path_factory.mktemp("source") / "embed"
    shutil.copytree(EMBED, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(place / "node_modules")
    yield copy


def run(tools: Path, *command: str) -> str:
    done = subprocess.run(
        [part(command[0]), *command[1:]], cwd=tools, check=False, timeout=100, capture_output=True
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode()


@pytest.mark.system
def test_the_source_makes_the_newest_release(tools: Path, tmp_path: Path) -> None:
    run(tools, "node", "build.mjs", str(tmp_path))
    [built] = (tmp_path / "feedsvc/web/static/embed").iterdir()
    assert (built.name, built.read_bytes()) == (newest().name, newest().read_bytes())
    style = "feedsvc/headlines/style.css"
    assert (tmp_path / style).read_bytes() == (EMBED.parent / style).read_bytes()


@pytest.mark.system
def test_the_types_of_the_source_are_right(tools: Path) -> None:
    run(tools, "node", "node_modules/typescript/bin/tsc", "--noEmit")


@pytest.mark.system
def test_what_needs_no_browser_is_tested_without_one(tools: Path) -> None:
    run(tools, "npm", "test")
