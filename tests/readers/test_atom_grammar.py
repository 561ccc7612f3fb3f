"""Every Atom document of ours is what RFC 4287 says, by a grammar in RELAX NG that jing holds it against."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from feedsvc import formats
from feedsvc.model import Selection
from tests.formats.strategies import selections
from tests.proxying import part
from tests.readers.site import FEEDS, FILLERS, Site
from tests.serving import eventually, item

CASES = Path(__file__).parents[1] / "cases"
GRAMMAR = CASES / "atom" / "atom.rnc"
WHOLE = CASES / "formats" / "everything.atom"

PATHS = (
    *(f"/feeds/{feed}.atom" for feed in FEEDS),
    "/feeds/all.atom",
    *(f"/feeds/all/archive/{page}.atom" for page in range(1, (FEEDS["difficult"] + FILLERS) // 50 + 1)),
    "/feeds/difficult/archive/1.atom",
    "/feeds/complete.atom",
    "/tags/R&D.atom",
    "/tags/%3Ctag%3E.atom",
    "/authors/O'Neil%20&%20Sons.atom",
    "/languages/ar.atom",
    "/search/quay%20harbour.atom",
)

BROKEN = {
    "a feed without an id": (r"<id>.*?</id>", ""),
    "a feed with two ids": (r"(<id>.*?</id>)", r"\1\1"),
    "a feed without a title": (r"<title>.*?</title>", ""),
    "a feed without an author": (r"<author>.*?</author>", ""),
    "a feed without a language": (r' xml:lang="en-GB"', ""),
    "a feed without its own address": (r'<link [^>]*rel="self"[^>]*>', ""),
    "a feed with two addresses of its own": (r'(<link [^>]*rel="self"[^>]*>)', r"\1\1"),
    "an author without a name": (r"<name>.*?</name>", ""),
    "an element that Atom has not": (r"<subtitle>(.*?)</subtitle>", r"<description>\1</description>"),
    "an element of an unknown namespace": (r"<generator>", '<x xmlns="urn:x"/><generator>'),
    "an entry without an id": (r"(<entry>\s*)<id>.*?</id>", r"\1"),
    "an entry without a title": (r"(<entry>\s*<id>.*?</id>\s*)<title.*?</title>", r"\1"),
    "an entry without a date": (r"(<entry>.*?)<updated>.*?</updated>", r"\1"),
    "an entry without a link": (r"(<entry>.*?)<link [^>]*>", r"\1"),
    "an entry that says nothing": (r"(<entry>.*?)<content.*?</content>(.*?)<summary.*?</summary>", r"\1\2"),
    "text of no type": (r'<title type="text">', "<title>"),
    "content of a type that is none": (r'<content type="html">', '<content type="CDATA">'),
    "a date without a zone": (r"Z</published>", "</published>"),
    "a date of 2026-13-40": (r"<published>2026-11-24", "<published>2026-13-40"),
    "an address that is relative": (r'href="https://harbour.example/notices/7"', 'href="/notices/7"'),
    "an address with a space": (r"notices/7", "notices/ 7"),
    "a relation that is none": (r'rel="via"', 'rel="prev"'),
    "a length that is no number": (r'length="123456"', 'length="much"'),
    "a media type that is none": (r'type="audio/mpeg"', 'type="sound"'),
    "a tag without a name": (r'term="ferries"', 'term=""'),
    "an empty element": (r"<rights>.*?</rights>", "<rights/>"),
    "a picture in a group": (
        r"(<media:content.*?</media:content>)",
        r"<media:group>\1</media:group>",
    ),
}
"""How to break a good document, and what it is then."""

GIVEN = re.compile(r'attribute "(href|url|type|xml:lang)"|content of element "(id|uri|logo)"')
"""Addresses, languages and media types are checked where items come in, and written as they are."""

pytestmark = pytest.mark.system


def complaints(documents: list[Path]) -> list[str]:
    """Return what jing says of documents, one line for each fault."""
    command = [part("jing"), "-c", str(GRAMMAR), *map(str, documents)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert (done.returncode == 0) == (not done.stdout)
    return done.stdout.splitlines()


def test_the_samples_are_valid() -> None:
    assert complaints(sorted((CASES / "formats").glob("*.atom"))) == []


def test_every_document_of_a_difficult_site_is_valid(site: Site, tmp_path: Path) -> None:
    tree = site.tree
    tree.write("taken-back.md", item("A boat that never came", tags="[taken-back]"))
    eventually(lambda: "A boat that" in tree.get("/feeds/taken-back.atom").text, 20, "it is published")
    (tree.items / "taken-back.md").unlink()
    eventually(lambda: "deleted-entry" in tree.get("/feeds/taken-back.atom").text, 20, "it is withdrawn")
    documents = []
    for number, path in enumerate((*PATHS, "/feeds/taken-back.atom")):
        answer = tree.get(path)
        assert answer.status == 200, path
        documents.append(tmp_path / f"{number}.atom")
        documents[-1].write_bytes(answer.body)
    text = "".join(document.read_text("utf-8") for document in documents)
    assert all(name in text for name in ("fh:archive", "fh:complete", "prev-archive", "<source>"))
    assert complaints(documents) == []


def test_whatever_a_selection_holds_its_document_is_valid(tmp_path: Path) -> None:
    documents: list[Path] = []

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(selections)
    def render(selection: Selection) -> None:
        documents.append(tmp_path / f"{len(documents)}.atom")
        documents[-1].write_bytes(formats.render(selection, "atom"))

    render()
    assert len(documents) > 50
    assert [line for line in complaints(documents) if not GIVEN.search(line)] == []


def test_what_is_broken_is_found(tmp_path: Path) -> None:
    whole = WHOLE.read_text("utf-8")
    documents = []
    for name, (pattern, instead) in BROKEN.items():
        broken = re.sub(pattern, instead, whole, count=1, flags=re.DOTALL)
        assert broken != whole, name
        documents.append(tmp_path / f"{name}.atom")
        documents[-1].write_text(broken, encoding="utf-8")
    said = complaints(documents)
    missed = [document.stem for document in documents if not any(str(document) in line for line in said)]
    assert not missed
