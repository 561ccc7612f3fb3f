"""The readers that are programs of the system, or written in other languages."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Mapping
from email.message import EmailMessage
from pathlib import Path

from tests.npm import installed
from tests.proxying import part
from tests.readers.entry import Entry, Read, entry

HERE = Path(__file__).parent
NPM = HERE / "npm"


def by_node(name: str) -> Callable[[Iterable[Path], Mapping[str, str], Path], Read]:
    """Return the reader of this name in the JavaScript world."""

    def read(files: Iterable[Path], addresses: object, place: Path) -> Read:
        environment = {**os.environ, "FEED_READERS": str(installed(NPM))}
        return _told([part("node"), str(NPM / "read.mjs"), name, *map(str, files)], environment)

    return read


def by_perl(files: Iterable[Path], addresses: object, place: Path) -> Read:
    return _told(
        [_part_with("perl", "-MXML::Feed", "-e", "1"), str(HERE / "scripts" / "read.pl"), *map(str, files)]
    )


def by_ruby(files: Iterable[Path], addresses: object, place: Path) -> Read:
    return _told(
        [_part_with("ruby", "-rrss", "-e", "1"), str(HERE / "scripts" / "read.rb"), *map(str, files)]
    )


def by_sfeed(files: Iterable[Path], addresses: object, place: Path) -> Read:
    return {file.name: _sfeed(part("sfeed"), file) for file in files}


def _sfeed(program: str, file: Path) -> list[Entry]:
    told = subprocess.run(
        [program], input=file.read_bytes(), capture_output=True, check=True, timeout=20
    ).stdout
    return [_of_sfeed(line.split("\t")) for line in told.decode().split("\n")[:-1]]


def _of_sfeed(columns: list[str]) -> Entry:
    seconds, title, link, content, _, id, author, enclosure, tags = columns
    return entry(
        {
            "id": id,
            "title": title,
            "link": link,
            "published": int(seconds),
            "content": re.sub(
                r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), content
            ),
            "enclosures": [enclosure] if enclosure else [],
            "tags": tags.split("|"),
            "authors": [author] if author else [],
        }
    )


def by_newsboat(files: Iterable[Path], addresses: Mapping[str, str], place: Path) -> Read:
    """Follow the feeds with newsboat, and read them in what it keeps."""
    return {name: _newsboat(place / name, address) for name, address in addresses.items()}


def _newsboat(place: Path, address: str) -> list[Entry]:
    # In a folder of its own: it keeps an item that is in several feeds in the last one only.
    place.mkdir()
    urls, cache = place / "urls", place / "cache.db"
    urls.write_text(f"{address}\n")
    command = [part("newsboat"), "-u", str(urls), "-c", str(cache), "-C", "/dev/null", "-x", "reload"]
    subprocess.run(command, check=True, timeout=60, env=_at(place))
    return _kept_by_newsboat(cache, address)


def _kept_by_newsboat(cache: Path, address: str) -> list[Entry]:
    query = (
        "SELECT guid, title, url, pubDate, content, enclosure_url FROM rss_item WHERE feedurl = ? ORDER BY id"
    )
    with sqlite3.connect(cache) as database:
        rows = database.execute(query, (address,)).fetchall()
    database.close()
    return [
        entry(
            {
                "id": id,
                "title": title,
                "link": link,
                "published": int(seconds),
                "content": content,
                "enclosures": [enclosure] if enclosure else [],
            }
        )
        for id, title, link, seconds, content, enclosure in rows
    ]


def by_rss2email(files: Iterable[Path], addresses: Mapping[str, str], place: Path) -> Read:
    """Have rss2email turn the feeds into letters, and read those."""
    program, settings, data = part("r2e"), place / "rss2email.cfg", place / "rss2email.json"
    folders = {name: place / "mail" / name.replace(".", "-") for name in addresses}
    sections = "".join(_rss2email_section(name, addresses[name], folder) for name, folder in folders.items())
    settings.write_text(
        "[DEFAULT]\nto = reader@harbour.example\nverbose = warning\ndate-header = True\n" + sections
    )
    for folder in folders.values():
        for each in ("cur", "new", "tmp"):
            (folder / each).mkdir(parents=True)
    command = [program, "-c", str(settings), "-d", str(data), "run"]
    done = subprocess.run(command, check=True, timeout=100, capture_output=True, text=True, env=_at(place))
    assert not done.stderr, done.stderr
    return {name: _letters(folder) for name, folder in folders.items()}


def _rss2email_section(name: str, address: str, folder: Path) -> str:
    return (
        f"[feed.{name.replace('.', '-')}]\nurl = {address}\nemail-protocol = maildir\n"
        f"maildir-path = {folder.parent}\nmaildir-mailbox = {folder.name}\n"
    )


def _letters(folder: Path) -> list[Entry]:
    paths = (folder / "new").iterdir()
    letters = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
    return [_of_letter(letter) for letter in letters if isinstance(letter, EmailMessage)]


def _of_letter(letter: EmailMessage) -> Entry:
    return entry(
        {
            "id": str(letter["X-RSS-ID"]),
            "title": str(letter["Subject"]),
            "link": str(letter["X-RSS-URL"]),
            "published": str(letter["Date"]),
        }
    )


def _part_with(name: str, *check: str) -> str:
    """Return where a program is that has a library; skip the test where either is missing."""
    program = part(name)
    if subprocess.run([program, *check], capture_output=True, check=False, timeout=20).returncode:
        part(f"{name} {check[0]}")
    return program


def _told(command: list[str], environment: Mapping[str, str] | None = None) -> Read:
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    read = json.loads(done.stdout)
    return {
        Path(file).name: each if isinstance(each, str) else [entry(said) for said in each]
        for file, each in read.items()
    }


def _at(place: Path) -> dict[str, str]:
    return {"HOME": str(place), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
