"""The difficult site, and its documents as files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.readers.entry import Entry, truth
from tests.readers.site import FEEDS, Site, difficult_site

FORMATS = ("rss", "atom", "json")


@dataclass(frozen=True)
class Documents:
    """The feeds of the site, each in three formats: as files, by address, and what is true of them."""

    files: dict[str, Path]
    addresses: dict[str, str]
    truths: dict[str, list[Entry]]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with difficult_site(tmp_path_factory.mktemp("difficult")) as running:
        yield running


@pytest.fixture(scope="session")
def documents(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Documents:
    folder = tmp_path_factory.mktemp("documents")
    names = [(feed, format) for feed in FEEDS for format in FORMATS]
    files = {f"{feed}.{format}": folder / f"{feed}.{format}" for feed, format in names}
    for name, file in files.items():
        file.write_bytes(site.tree.get(f"/feeds/{name}").body)
    addresses = {f"{feed}.{format}": site.address(feed, format) for feed, format in names}
    truths = {feed: truth(files[f"{feed}.json"].read_bytes()) for feed in FEEDS}
    return Documents(files, addresses, truths)
