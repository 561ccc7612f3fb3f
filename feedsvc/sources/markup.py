"""Prepare an item's HTML: its title, its references to files beside it, Obsidian's brackets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from feedsvc import article
from feedsvc.sources.shelf import Shelf

_PAGE = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_PROLOG = re.compile(r"\s*<\?xml[^>]*\?>", re.IGNORECASE)
_BRACKETS = re.compile(
    r"(?P<embed>!?)\[\[(?P<target>[^\[\]|#\n]+)(?:#[^\[\]|\n]*)?(?:\|(?P<label>[^\[\]\n]+))?\]\]"
)
_TO_PREPARE = re.compile(
    r"<h1[\s>]|\[\[|\b(?:src|href|poster|srcset)\s*=(?!\s*[\"']?\s*(?:https?://|mailto:))", re.IGNORECASE
)
_REFERENCES = ("src", "href", "poster", "data-src", "data-original", "data-lazy-src")
_SETS = ("srcset", "data-srcset")
_PICTURES = frozenset(("img", "source", "picture"))


def is_page(html: str) -> bool:
    """Say whether HTML is a whole page and not only an article's text."""
    return bool(_PAGE.search(html[:8192]))


def parse_page(html: str) -> BeautifulSoup:
    """Return the tree of a whole page."""
    return BeautifulSoup(_PROLOG.sub("", html, count=1) or " ", "lxml")


def page_url(page: Tag) -> str | None:
    """Return where a page says that it lives; its relative links start from there."""
    link = page.find("link", rel="canonical")
    found = link.get("href") if link else None
    return found if isinstance(found, str) and found.startswith(("http://", "https://")) else None


def wants_preparation(html: str) -> bool:
    """Say whether HTML has anything that the functions below are for; most has not, and a tree is dear."""
    return bool(_TO_PREPARE.search(html))


def parse_fragment(html: str) -> Tag:
    """Return an element that holds the fragment."""
    soup = BeautifulSoup(f"<html><body><div>{html}</div></body></html>", "lxml")
    return soup.body or soup


def take_title(root: Tag) -> str:
    """Take the heading that is the article's title out of it, and return its text.

    That is a first-level heading before any text, or the only one there is.
    """
    headings = root.find_all("h1")
    if not headings:
        return ""
    first = headings[0]
    before = "".join(str(text) for text in first.find_all_previous(string=True) if root in text.parents)
    if before.strip() and len(headings) > 1:
        return ""
    title = " ".join(first.get_text().split())
    if title:
        first.decompose()
    return title


def drop_title(root: Tag, title: str) -> None:
    """Take out the first heading where it only repeats the title."""
    heading = root.find("h1")
    if isinstance(heading, Tag) and " ".join(heading.get_text().split()).casefold() == title.casefold():
        heading.decompose()


def point_to_shelf(root: Tag, shelf: Shelf, path: str) -> None:
    """Give every reference to a file that lies beside the item at `path` the address it is served at."""

    def served(reference: str) -> str:
        found = shelf.find(reference, path)
        return shelf.url(found) + _fragment(reference) if found else reference

    _rewrite(root, served)


def resolve_brackets(root: Tag, shelf: Shelf, path: str) -> None:
    """Turn Obsidian's `![[picture.png]]` into an image and `[[Note|label]]` into its label, but for code."""
    for text in root.find_all(string=_BRACKETS):
        if not any(parent.name in ("code", "pre", "script", "style") for parent in text.parents):
            text.replace_with(*_unbracketed(str(text), shelf, path))


def remove_missing(html: str, shelf: Shelf) -> tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return clean HTML without references to files that are not there, the files that are, and what is gone.

    What is gone comes as (path, tag): a picture goes whole, a link leaves its words.
    """
    if shelf.base not in html:
        return html, (), ()
    root = parse_fragment(html)
    found: dict[str, None] = {}
    gone: list[tuple[Tag, str]] = []
    for tag, reference in list(_references(root)):
        path = shelf.path(reference)
        if path is None:
            continue
        if shelf.state(path).size >= 0:
            found[path] = None
        else:
            gone.append((tag, path))
    for tag, _ in gone:
        if tag.name in _PICTURES:
            tag.extract()
        elif tag.name == "a":
            tag.unwrap()
        else:
            tag.extract()
    missing = tuple(dict.fromkeys((path, tag.name) for tag, path in gone))
    inner = root.decode_contents().removeprefix("<div>").removesuffix("</div>")
    return article.clean(inner) if gone else html, tuple(found), missing


def _references(root: Tag) -> Iterator[tuple[Tag, str]]:
    for tag in root.find_all(True):
        for name in _REFERENCES:
            value = tag.get(name)
            if isinstance(value, str):
                yield tag, value
        for name in _SETS:
            value = tag.get(name)
            if isinstance(value, str):
                yield from ((tag, part.split()[0]) for part in value.split(",") if part.strip())


def _rewrite(root: Tag, served: Callable[[str], str]) -> None:
    for tag in root.find_all(("a", "img", "source", "audio", "video", "track")):
        for name in _REFERENCES:
            value = tag.get(name)
            if isinstance(value, str):
                tag[name] = served(value)
        for name in _SETS:
            value = tag.get(name)
            if isinstance(value, str):
                parts = [part.split(None, 1) for part in value.split(",") if part.strip()]
                tag[name] = ", ".join(" ".join([served(first), *rest]) for first, *rest in parts)


def _unbracketed(text: str, shelf: Shelf, path: str) -> Iterator[NavigableString | Tag]:
    done = 0
    for match in _BRACKETS.finditer(text):
        yield NavigableString(text[done : match.start()])
        done = match.end()
        target, label = match["target"].strip(), (match["label"] or "").strip()
        places = (target, f"attachments/{target}", f"/{target}", f"/attachments/{target}")
        found = next((place for place in places if shelf.find(place, path)), None)
        if match["embed"] and found:
            yield Tag(name="img", attrs={"src": found, "alt": "" if label.isdigit() else label})
        else:
            yield NavigableString(label or target.rpartition("/")[2])
    yield NavigableString(text[done:])


def _fragment(reference: str) -> str:
    mark = reference.find("#")
    return reference[mark:] if mark >= 0 else ""
