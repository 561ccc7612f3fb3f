"""Mend what feedgen 1.0.0 builds; the two XML formats reach it through here only.

feedgen writes the plain elements. What it leaves out or gets wrong (dates by the process's locale, an
entry's link attributes, rel=hub in RSS, authors without a mail address, media without a group,
atom:source) a format finishes itself: its `finish` functions get the element that feedgen has built.
For a feed that is an extension of feedgen's; an entry's element comes to its function without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape

from feedgen.feed import FeedGenerator
from lxml.etree import Element, ProcessingInstruction, SubElement, _Element, tostring

from feedsvc.model import Article, Enclosure, Image

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
DCTERMS = "http://purl.org/dc/terms/"
CREATIVE_COMMONS = "http://backend.userland.com/creativeCommonsRssModule"
RSL = "https://rslstandard.org/rsl"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_NAME = "feedsvc"
"""Of the extension: feedgen makes it an attribute of the feed."""

# Stand-ins, noncharacters that tidy text never holds, for the references that lxml cannot be told to write.
_AMPERSAND, _LESS_THAN = "\ufdd0", "\ufdd1"
_BOTH_BEGIN = b"\xef\xb7"
_AFTER_PATH = re.compile("[?#]")
_IMAGE_TYPES = {
    **{name: f"image/{name}" for name in ("png", "gif", "webp", "avif", "jpeg")},
    "jpg": "image/jpeg",
    "svg": "image/svg+xml",
}


class Finishing:
    """Hand the root that feedgen has built to a function."""

    def __init__(self, finish: Callable[[_Element], None], namespaces: Mapping[str, str]) -> None:
        self._finish = finish
        self._namespaces = namespaces

    def extend_ns(self) -> dict[str, str]:
        """Return the namespaces to declare at the root."""
        return dict(self._namespaces)

    def extend_rss(self, element: _Element) -> None:
        """Finish the `rss` root."""
        self._finish(element)

    def extend_atom(self, element: _Element) -> None:
        """Finish the `feed` root; its elements carry no namespace yet."""
        self._finish(element)


def new_feed(finish: Callable[[_Element], None], namespaces: Mapping[str, str]) -> FeedGenerator:
    """Return a generator that knows no date of its own and lets `finish` complete its root."""
    generator = FeedGenerator()
    generator.register_extension(_NAME, lambda: Finishing(finish, namespaces))
    # feedgen stamps the time of construction and has no way to leave it out; it would also format it by
    # switching the locale of the whole process. The formats write the selection's date instead.
    generator._FeedGenerator__rss_lastBuildDate = None
    generator.generator("feedsvc")
    return generator


class Nest:
    """The elements that all entries of a format stand in, to serialise one after another in.

    `path` names them from the root down, which declares the namespaces of all entries. A new root for each
    entry would be a fifth of the rendering. For one thread.
    """

    def __init__(self, *path: str, namespaces: Mapping[str, str]) -> None:
        self._root = self._parent = Element(path[0], nsmap=dict(namespaces))
        for name in path[1:]:
            self._parent = SubElement(self._parent, name)
        # The innermost is written as `<name/>` while nothing is in it.
        self._before = self._written().index(b"/>") + len(">\n")
        self._after = sum(len(f"{'  ' * depth}</{name}>\n") for depth, name in enumerate(path))

    def serialised(self, entry: _Element, finish: Callable[[_Element], None]) -> bytes:
        """Return an entry that `finish` completes as it stands in a feed: indented, with a line end."""
        self._parent.append(entry)
        try:
            finish(entry)
            return self._written()[self._before : -self._after]
        finally:
            self._parent.remove(entry)

    def _written(self) -> bytes:
        written: bytes = tostring(self._root, encoding="UTF-8", pretty_print=True)
        return written


def frame(feed: bytes, end: bytes) -> tuple[bytes, bytes]:
    """Return what stands before and after the entries in a feed that was written without any.

    `end` is what begins the part after them.
    """
    head, _, tail = feed.rpartition(end)
    return head, end + tail


def plain(text: str) -> str:
    """Return text for an RSS element that holds no HTML; `with_references` must see the bytes in the end.

    Its `&` and `<` become hexadecimal references: the profile's way to say that they are not markup.
    """
    return text.replace("&", _AMPERSAND).replace("<", _LESS_THAN)


def with_references(body: bytes) -> bytes:
    """Return serialised RSS with the references that `plain` stands for."""
    if _BOTH_BEGIN not in body:
        return body
    return body.replace(_AMPERSAND.encode(), b"&#x26;").replace(_LESS_THAN.encode(), b"&#x3C;")


def add_stylesheet(root: _Element, address: str) -> None:
    """Put the instruction before the root that lets a browser show the XML in a readable way."""
    root.addprevious(ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{escape(address)}"'))


def add(parent: _Element, name: str, text: str | None = None, /, **attributes: str) -> _Element:
    """Append an element; attributes without a value are left out."""
    told = {key: value for key, value in attributes.items() if value} if attributes else None
    element = SubElement(parent, name, told)
    if text is not None:
        element.text = text
    return element


def add_links(parent: _Element, name: str, article: Article, enclosures: Iterable[Enclosure]) -> None:
    """Append Atom links, as elements of this name: enclosures, where it is from, what else to read."""
    for enclosure in enclosures:
        add(
            parent,
            name,
            href=enclosure.url,
            rel="enclosure",
            type=enclosure.type,
            length=str(enclosure.length or ""),
            title=enclosure.title,
        )
    for via in article.via:
        add(parent, name, href=via.url, rel="via", title=via.title)
    for related in article.related:
        add(parent, name, href=related.url, rel="related", title=related.title)


def image_type(url: str) -> str:
    """Return the media type that an image's address promises, or nothing."""
    path = _AFTER_PATH.split(url, 1)[0] if "?" in url or "#" in url else url
    return _IMAGE_TYPES.get(path.rpartition(".")[2].lower(), "")


def add_media(parent: _Element, image: Image, *, known: str = "", text: Callable[[str], str] = str) -> None:
    """Append the lead image as Media RSS: readers look at either `media:content` or `media:thumbnail`.

    No `media:group`, which is for alternatives. An image that is the item's enclosure anyway (`known`)
    gets no `media:content`: readers would show it twice. `text` makes text fit for the format.
    """
    size = {"width": str(image.width or ""), "height": str(image.height or "")}
    if image.url != known:
        kind = image_type(image.url)
        content = add(parent, f"{{{MEDIA}}}content", url=image.url, type=kind, medium="image", **size)
        if image.alt:
            add(content, f"{{{MEDIA}}}description", text(image.alt), type="plain")
        if image.credit:
            add(content, f"{{{MEDIA}}}credit", text(image.credit))
    add(parent, f"{{{MEDIA}}}thumbnail", url=image.url, **size)
