"""Read RSS and Atom in a process of its own, because what a stranger sends may be made to hang a parser.

Run by path, isolated (`python -I parser_process.py SECONDS MEGABYTES`), by `feedsvc.sources.parser`;
imports nothing of feedsvc, so that it starts fast and stays small. Requests and answers are
length-prefixed: XML in UTF-8 in, the JSON of a `RawFeed` out. It ends when its input does, and it is
killed by its own alarm and memory limit if the parent does not do it first.
"""

from __future__ import annotations

import calendar
import io
import json
import resource
import signal
import struct
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parseaddr
from typing import Any, BinaryIO
from xml.sax import SAXParseException

import feedparser

LENGTH = struct.Struct(">I")
EXIT_OUT_OF_MEMORY = 3
MAX_CHARS = 1_000_000
"""Of one field."""
MAX_ENTRIES = 1000
MAX_VALUES = 100
"""Of one repeatable field of an entry."""

# What feedparser gives has no types worth the name: a field may be absent, None, or another kind of thing.
Node = Mapping[str, Any]


def read(xml: bytes) -> dict[str, object]:
    """Return what a `RawFeed` is made of; nothing is sanitised here, since nothing here is trusted."""
    document = feedparser.parse(io.BytesIO(xml), sanitize_html=False, resolve_relative_uris=False)
    feed = document.feed
    atom = str(document.get("version", "")).startswith("atom")
    return {
        "version": text(document.get("version")),
        "fault": fault(document.get("bozo_exception")),
        "title": construct(feed, "title"),
        "link": text(field(feed, "link")),
        "id": text(field(feed, "id")),
        "language": text(field(feed, "language")),
        "rights": text(field(feed, "rights")),
        "authors": people(feed) if atom else [],
        "ttl_seconds": ttl(feed),
        "entries": [entry(node) for node in document.entries[:MAX_ENTRIES]],
    }


def entry(node: Node) -> dict[str, object]:
    """Return what a `RawEntry` is made of."""
    links = nodes(node, "links")
    media = nodes(node, "media_content")
    return {
        "id": text(field(node, "id")),
        "link": text(field(node, "link")) or next(hrefs(links, "alternate"), ""),
        "title": construct(node, "title"),
        "contents": [of_detail(content) for content in nodes(node, "content") if is_readable(content)],
        "summary": construct(node, "summary") if field(node, "summary_detail") else {"value": ""},
        "authors": people(node),
        "tags": [text(tag.get("label") or tag.get("term")) for tag in nodes(node, "tags")],
        "enclosures": [file(link) for link in links if link.get("rel") == "enclosure"]
        + [file(item) for item in media if not is_image(item)],
        "images": [file(item) for item in media if is_image(item)]
        + [file(item) for item in nodes(node, "media_thumbnail")]
        + [file(item) for item in [field(node, "image")] if isinstance(item, dict)],
        "duration": clock_time(field(node, "itunes_duration")),
        "credit": next((text(item.get("content")) for item in nodes(node, "media_credit")), ""),
        "via": [file(link) for link in links if link.get("rel") == "via"],
        "related": [file(link) for link in links if link.get("rel") == "related"],
        "published": date(node, "published"),
        "updated": date(node, "updated"),
        "language": language(node),
        "rights": text(field(node, "rights")),
        "source": source(field(node, "source")),
    }


def text(value: object) -> str:
    """Return a string that JSON and UTF-8 can carry; empty for anything but a string."""
    return value[:MAX_CHARS].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def field(node: Node, name: str) -> Any:
    """Return a field of exactly this name: feedparser's own lookup answers old names with other fields."""
    return dict.get(node, name)  # type: ignore[call-overload] # every node is a dict


def nodes(node: Node, name: str) -> list[Node]:
    """Return the first of a repeatable element's occurrences."""
    found = field(node, name)
    return [item for item in found[:MAX_VALUES] if isinstance(item, dict)] if isinstance(found, list) else []


def construct(node: Node, name: str) -> dict[str, object]:
    """Return what a `RawText` is made of: a text with its type, as declared or, in RSS, as it looks."""
    detail = field(node, f"{name}_detail")
    if isinstance(detail, dict) and detail.get("value"):
        return of_detail(detail)
    return {"value": text(field(node, name))}


def of_detail(detail: Node) -> dict[str, object]:
    """Return what a `RawText` is made of."""
    html = "html" in str(detail.get("type", ""))
    return {"value": text(detail.get("value")), "html": html, "base": text(detail.get("base"))}


def is_readable(content: Node) -> bool:
    """Say whether a content is text at all: Atom also allows other media, inline or by address."""
    kind = str(content.get("type", ""))
    return not content.get("src") and (not kind or kind == "text/plain" or "html" in kind)


def language(node: Node) -> str:
    """Return the xml:lang that the entry's texts stand under."""
    details = [*nodes(node, "content"), field(node, "title_detail")]
    return next((text(item.get("language")) for item in details if item and item.get("language")), "")


def people(node: Node) -> list[dict[str, str]]:
    """Return what `RawPerson`s are made of."""
    authors = [who for who in nodes(node, "authors") if who]
    if len(authors) == 1:
        # RSS writes “address (name)”; feedparser cuts the address where its domain has a long ending.
        name, email = parseaddr(text(field(node, "author")))
        if "@" in email and name:
            return [{"name": name, "email": email, "url": text(authors[0].get("href"))}]
    return [
        {"name": text(who.get("name")), "email": text(who.get("email")), "url": text(who.get("href"))}
        for who in authors
    ]


def hrefs(links: Iterable[Node], rel: str) -> Iterator[str]:
    """Yield the addresses of the links with this relation."""
    return iter([text(link.get("href")) for link in links if link.get("rel") == rel and link.get("href")])


def file(node: Node) -> dict[str, object]:
    """Return what a `RawMedia` is made of."""
    return {
        "url": text(node.get("href") or node.get("url")),
        "type": text(node.get("type")),
        "title": text(node.get("title")),
        "length": number(node.get("length") or node.get("filesize")),
        "width": number(node.get("width")),
        "height": number(node.get("height")),
        "duration": number(node.get("duration")),
    }


def is_image(node: Node) -> bool:
    """Say whether a media:content is a picture; most feeds that name neither type nor medium mean one."""
    kind = f"{node.get('medium', '')} {node.get('type', '')}".strip()
    return not kind or kind.startswith("image")


def number(value: object) -> int:
    """Return a size as a number, 0 where it is none."""
    digits = str(value or "").strip().partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


def clock_time(value: object) -> int:
    """Return the seconds of `1:02:03`, `62:03` or `3723`; 0 where it is none of them."""
    parts = [part.strip() for part in str(value or "").split(":")]
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        return 0
    return sum(int(part) * 60**place for place, part in enumerate(reversed(parts)))


def fault(error: object) -> str:
    """Say what is not well-formed about the document, and where; empty if nothing is."""
    if error is None:
        return ""
    if isinstance(error, SAXParseException):
        return text(f"line {error.getLineNumber()}: {error.getMessage()}")
    return text(str(error))


def date(node: Node, name: str) -> dict[str, object]:
    """Return what a `RawDate` is made of."""
    parsed = field(node, f"{name}_parsed")
    seconds = calendar.timegm(parsed) if isinstance(parsed, time.struct_time) else None
    return {"text": text(field(node, name)), "seconds": seconds}


def source(node: object) -> dict[str, object] | None:
    """Return what a `RawSource` is made of."""
    if not isinstance(node, dict) or not node:
        return None
    links = nodes(node, "links")
    return {
        "title": text(field(node, "title")),
        "link": text(field(node, "link")) or next(hrefs(links, "alternate"), ""),
        "feed_url": next(hrefs(links, "self"), "") or text(field(node, "href")),
        "id": text(field(node, "id")),
        "rights": text(field(node, "rights")),
        "updated": date(node, "updated"),
    }


def ttl(feed: Node) -> int | None:
    """Return RSS ttl in seconds."""
    minutes = number(field(feed, "ttl"))
    return min(minutes, 10_000_000) * 60 or None


def serve(requests: BinaryIO, answers: BinaryIO, seconds: int) -> None:
    """Answer requests until there are no more.

    One that takes too long, too much memory or makes feedparser fail ends the process; how it ended
    tells the parent why.
    """
    while prefix := requests.read(LENGTH.size):
        signal.alarm(seconds)
        try:
            answer = json.dumps(read(requests.read(LENGTH.unpack(prefix)[0]))).encode()
        except MemoryError:
            sys.exit(EXIT_OUT_OF_MEMORY)
        signal.alarm(0)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def main() -> None:
    """Limit this process, then serve standard input and output."""
    seconds, megabytes = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000, megabytes * 1_000_000))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; our input then ends
    warnings.simplefilter("ignore")
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a library prints may get between the answers
    serve(sys.stdin.buffer, answers, seconds)


if __name__ == "__main__":
    main()
