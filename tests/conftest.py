"""Options and markers of the whole test run."""

from __future__ import annotations

import os
import shutil

import pytest

SYSTEM_PARTS = ("chromium", "newsboat")


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
