"""Mend what feedgen 1.0.0 builds; the two XML formats reach it through here only.

feedgen writes the plain elements. What it leaves out or gets wrong (dates by the process's locale, an
entry's link attributes, rel=hub in RSS, authors without a mail address, media without a group,
atom:source) a format adds itself: to a feed by an extension of feedgen's, whose function gets the root
that feedgen has built; to an entry as the last of its elements, which it writes as text (`Own`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
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

PREFIXES = {
    ATOM: "atom",
    DC: "dc",
    MEDIA: "media",
    DCTERMS: "dcterms",
    CREATIVE_COMMONS: "creativeCommons",
    RSL: "rsl",
    ITUNES: "itunes",
    PODCAST: "podcast",
}
"""Of the namespaces that entries use; every format declares those of its own under these names."""

_MEDIA_CONTENT, _MEDIA_THUMBNAIL = f"{{{MEDIA}}}content", f"{{{MEDIA}}}thumbnail"
_MEDIA_DESCRIPTION, _MEDIA_CREDIT = f"{{{MEDIA}}}description", f"{{{MEDIA}}}credit"

_NAME = "feedsvc"
"""Of the extension: feedgen makes it an attribute of the feed."""

# Stand-ins, noncharacters that tidy text never holds, for the references that lxml cannot be told to write.
_AMPERSAND, _LESS_THAN = "\ufdd0", "\ufdd1"
_BOTH_BEGIN = b"\xef\xb7"
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_VALUE = {**_IN_TEXT, **str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})}
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

    `path` names them from the root, which declares the namespaces of all entries, down to the entry. A new
    root for each would be a fifth of the rendering. For one thread.
    """

    def __init__(self, *path: str, namespaces: Mapping[str, str]) -> None:
        *above, entry = path
        self._root = self._parent = Element(above[0], nsmap=dict(namespaces))
        for name in above[1:]:
            self._parent = SubElement(self._parent, name)
        self._indent = "  " * len(path)
        self._end = f"{'  ' * len(above)}</{entry}>\n".encode()
        # The innermost is written as `<name/>` while nothing is in it.
        self._before = self._written().index(b"/>") + len(">\n")
        self._after = sum(len(f"{'  ' * depth}</{name}>\n") for depth, name in enumerate(path))

    def own(self) -> Own:
        """Return room for the elements that an entry has beside those in its tree."""
        return Own(self._indent)

    def serialised(self, entry: _Element, own: Own | None = None) -> bytes:
        """Return an entry as it stands in a feed: indented, with a line end, and its own elements last."""
        self._parent.append(entry)
        try:
            written = self._written()[self._before : -self._after]
        finally:
            self._parent.remove(entry)
        more = own.text().encode() if own else b""
        return b"".join((written, more, self._end))

    def _written(self) -> bytes:
        written: bytes = tostring(self._root, encoding="UTF-8", pretty_print=True)
        return written


class Own:
    """Elements that stand below each other in an entry, written as lxml would write them.

    As text, which every item of every feed pays half of what it would for a tree.
    """

    def __init__(self, indent: str) -> None:
        self.indent = indent
        self._lines: list[str] = []

    def add(self, name: str, inside: str | Own | None = None, /, **attributes: str) -> None:
        """Append an element with a text, with elements or empty; attributes without a value are left out."""
        if isinstance(inside, Own):
            name = _prefixed(name)
            inner = f"{inside.text()}{self.indent}"
            self._lines.append(f"{self.indent}<{name}{_told(attributes)}>\n{inner}</{name}>\n")
        else:
            self.add_written(written(name, inside, **attributes))

    def add_written(self, element: str) -> None:
        """Append an element as `written` gave it."""
        self._lines.append(f"{self.indent}{element}\n")

    def extend(self, other: Own) -> None:
        """Append the elements of another, which is indented the same."""
        self._lines += other._lines

    def below(self) -> Own:
        """Return room for elements that one of these is to hold."""
        return Own(self.indent + "  ")

    def text(self) -> str:
        """Return the elements, each with its line end."""
        return "".join(self._lines)


def written(name: str, text: str | None = None, /, **attributes: str) -> str:
    """Return an element with a text or empty; attributes without a value are left out."""
    name = _prefixed(name)
    begin = f"<{name}{_told(attributes)}" if attributes else f"<{name}"
    return f"{begin}/>" if text is None else f"{begin}>{_in_text(text)}</{name}>"


@cache
def _prefixed(name: str) -> str:
    """Return a name `{namespace}local` of this program's as feeds spell it."""
    if not name.startswith("{"):
        return name
    uri, _, local = name[1:].partition("}")
    return f"{PREFIXES[uri]}:{local}"


def _in_text(text: str) -> str:
    # What is plain is known in a fifth of the time.
    is_plain = text.isprintable() and not ("&" in text or "<" in text or ">" in text)
    return text if is_plain else text.translate(_IN_TEXT)


def _told(attributes: Mapping[str, str]) -> str:
    told = [f' {key}="{value}"' for key, value in attributes.items() if value]
    text = "".join(told)
    if _in_text(text) is text and text.count('"') == 2 * len(told):
        return text
    return "".join([f' {key}="{value.translate(_IN_VALUE)}"' for key, value in attributes.items() if value])


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
    element = SubElement(parent, name, {key: value for key, value in attributes.items() if value})
    if text is not None:
        element.text = text
    return element


def add_links(own: Own, name: str, article: Article, enclosures: Iterable[Enclosure]) -> None:
    """Append Atom links, as elements of this name: enclosures, where it is from, what else to read."""
    for enclosure in enclosures:
        own.add(
            name,
            href=enclosure.url,
            rel="enclosure",
            type=enclosure.type,
            length=str(enclosure.length or ""),
            title=enclosure.title,
        )
    for via in article.via:
        own.add(name, href=via.url, rel="via", title=via.title)
    for related in article.related:
        own.add(name, href=related.url, rel="related", title=related.title)


def image_type(url: str) -> str:
    """Return the media type that an image's address promises, or nothing."""
    path = _AFTER_PATH.split(url, 1)[0] if "?" in url or "#" in url else url
    return _IMAGE_TYPES.get(path.rpartition(".")[2].lower(), "")


def add_media(own: Own, image: Image, *, known: Sequence[str] = (), text: Callable[[str], str] = str) -> None:
    """Append the lead image as Media RSS: readers look at either `media:content` or `media:thumbnail`.

    No `media:group`, which is for alternatives. An image that is an enclosure of the item anyway (`known`)
    gets no `media:content`: readers would show it twice. `text` makes text fit for the format.
    """
    own.extend(_media(own.indent, image, image.url in known, text))


@lru_cache(maxsize=1000)
def _media(indent: str, image: Image, is_known: bool, text: Callable[[str], str]) -> Own:
    # Most of what is rendered again has the image that it had.
    own = Own(indent)
    size = {"width": str(image.width or ""), "height": str(image.height or "")}
    if not is_known:
        about = own.below() if image.alt or image.credit else None
        if about and image.alt:
            about.add(_MEDIA_DESCRIPTION, text(image.alt), type="plain")
        if about and image.credit:
            about.add(_MEDIA_CREDIT, text(image.credit))
        own.add(_MEDIA_CONTENT, about, url=image.url, type=image_type(image.url), medium="image", **size)
    own.add(_MEDIA_THUMBNAIL, url=image.url, **size)
    return own
