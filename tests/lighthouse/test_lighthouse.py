"""Lighthouse gives full marks to all news, an item and a feed of a running service with its sample items."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.npm import installed
from tests.proxying import part
from tests.serving import ROOT, serving

HERE = Path(__file__).parent
PAGES = ("/", "/items/swing-bridge-reopens-first-boats-through-at-dawn", "/feeds/all/")
MOST_BYTES = 100_000
"""What a page weighs with all that it loads, most of it the sample items' pictures."""

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

Audits = Mapping[str, Mapping[str, Any]]  # what a program says


@pytest.fixture(scope="module")
def audits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audits]:
    if not os.environ.get("CI"):
        pytest.skip("it takes longer than all other pages: CI and `./run test-system` do it")
    node, chromium, modules = part("node"), part("chromium"), installed(HERE)
    folder = tmp_path_factory.mktemp("lighthouse")
    shutil.copytree(ROOT / "items", folder / "items")
    config = '[site]\ntitle = "Harbour News"\ndescription = "News from a small harbour town"\n'
    with serving(folder, config) as tree:
        url = f"http://127.0.0.1:{tree.port}"
        command = [node, str(HERE / "audit.mjs"), str(modules), chromium, *(url + page for page in PAGES)]
        done = subprocess.run(command, capture_output=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    yield {page: found[url + page] for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_leaves_lighthouse_nothing_to_say(
    audits: Audits, page: str, record_property: Callable[[str, object], None]
) -> None:
    found = audits[page]
    scores = dict(found["scores"])
    record_property("figures", f"{scores}, {found['bytes']} bytes")
    # A busy machine can cost a hundredth even in the best of several runs; nothing else depends on it.
    assert scores.pop("performance") >= 0.99
    assert scores == {"accessibility": 1, "best-practices": 1, "seo": 1}, found["faults"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands_still_is_light_and_asks_nobody_else(audits: Audits, page: str) -> None:
    found = audits[page]
    assert found["shift"] == 0
    assert found["bytes"] <= MOST_BYTES
    hosts = {address.split("/")[2] for address in found["requests"] if not address.startswith("data:")}
    assert len(hosts) == 1, found["requests"]
