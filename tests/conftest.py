"""Options and markers of the whole test run."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import postgres
from tests.proxying import part

SYSTEM_PARTS = ("chromium", "newsboat", "strace", "faketime")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-cases",
        dest="update_cases",
        action="store_true",
        default=False,
        help="rewrite the expectations in tests/cases/ from what the code does now; review the diff",
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("system") is None:
        return
    missing = [part for part in SYSTEM_PARTS if shutil.which(part) is None]
    if not missing:
        return
    reason = f"needs {' and '.join(missing)}: ./run test-system installs what is missing"
    if os.environ.get("CI"):
        pytest.fail(f"CI must not skip a system test; it {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running Chromium, one for each module."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=part("chromium"), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A running PostgreSQL, one for each process of the test run."""
    # Not below pytest's own folder: that is closed to the user that PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="feedsvc-postgresql-") as folder:
        server = postgres.make(Path(folder) / "server", **postgres.FAST)
        server.start()
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database of each kind; empty text stands for SQLite in the test's own folder."""
    if request.param == "sqlite":
        yield ""
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    url = server.database()
    yield url
    server.drop(url)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests measured, whether or not they passed."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, ())]
    for report in reports:
        for name, value in getattr(report, "user_properties", ()):
            if name == "figures":
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {value}")
