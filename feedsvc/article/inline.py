"""Write what runs within a line: text, emphasis, links, images, recordings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bs4 import Tag
from bs4.element import PageElement

from feedsvc.article import media, unwanted, urls
from feedsvc.article.policy import BLOCKS, EMPHASIS
from feedsvc.article.tree import attribute, is_text

Wrap = tuple[str, str]
"""A start tag and its end tag."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where we are: the base of addresses, and the inline elements to repeat in each paragraph."""

    base: str | None
    holders: frozenset[int] = frozenset()
    """The `id()` of every element that holds a block element somewhere."""
    wraps: tuple[Wrap, ...] = ()
    in_link: bool = False
    in_pre: bool = False


_SPACE = re.compile(r"[ \t\n\f\r]+")
_UNSEEN = "\\s\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_VISIBLE = re.compile(f"[^{_UNSEEN}]")
_BLANK = re.compile(rf"(?:<(?!img|audio|video)[^<>]*>|&nbsp;|[{_UNSEEN}])*+\Z")
_TEXTLESS = re.compile(rf"(?:<[^<>]*>|&nbsp;|[{_UNSEEN}])*+\Z")
_NUMBER = re.compile(r"-?\d{1,6}")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,6}")
_RENAMED = {"strike": "s", "tt": "code", "acronym": "abbr"}
_TITLED = frozenset({"abbr", "dfn"})
_DATED = frozenset({"del", "ins", "time"})
_RUBY = frozenset({"ruby", "rp", "rt"})


def write(nodes: Iterable[PageElement], context: Context) -> str:
    """Return the nodes as HTML that may stand in a paragraph; blocks among them are flattened."""
    return "".join(part(node, context) for node in nodes)


def line(nodes: Iterable[PageElement], context: Context) -> str:
    """Return the nodes as one line without space or breaks around it; empty if nothing is to be seen."""
    html = tidy(write(nodes, context))
    return "" if is_blank(html) else html


def tidy(html: str) -> str:
    """Return inline HTML with single spaces, and none or breaks at its ends."""
    html = _SPACE.sub(" ", html).strip(" ")
    while html.startswith("<br>"):
        html = html[4:].lstrip(" ")
    while html.endswith("<br>"):
        html = html[:-4].rstrip(" ")
    return html


def part(node: PageElement, context: Context) -> str:
    """Return one node as inline HTML; empty elements leave only their spaces and breaks."""
    if not isinstance(node, Tag):
        return _text(str(node), context) if is_text(node) else ""
    if unwanted.is_unwanted(node, context.base):
        return ""
    if node.name in WRITERS:
        return WRITERS[node.name](node, context)
    if node.name in BLOCKS:
        gap = "\n" if context.in_pre else " "
        return f"{'' if context.in_pre else gap}{write(node.children, context)}{gap}"
    wrap = wrapper(node, context)
    content = write(node.children, within(node, context))
    return content if wrap is None or is_blank(content) else f"{wrap[0]}{content}{wrap[1]}"


def within(node: Tag, context: Context) -> Context:
    """Return the context inside an inline element."""
    return replace(context, in_link=True) if node.name == "a" and not context.in_link else context


def wrapper(node: Tag, context: Context) -> Wrap | None:
    """Return the tags that an inline element is published with, or None where only its content is."""
    name = _RENAMED.get(node.name, node.name)
    if name == "a":
        return _link(node, context)
    if name not in EMPHASIS or (
        name in _RUBY - {"ruby"} and (node.parent is None or node.parent.name != "ruby")
    ):
        return None
    attributes = local(node)
    if name == "span" and not attributes:
        return None
    if name in _TITLED:
        attributes += titled(node)
    if name in _DATED and (moment := " ".join(attribute(node, "datetime").split())):
        attributes += f' datetime="{quoted(moment)}"'
    return f"<{name}{attributes}>", f"</{name}>"


def keeps_tags(node: Tag, context: Context) -> bool:
    """Say whether an element is written as something of its own, rather than as its mere content."""
    if node.name in WRITERS or node.name in BLOCKS or unwanted.is_unwanted(node, context.base):
        return True
    return wrapper(node, context) is not None


def is_repeatable(node: Tag) -> bool:
    """Say whether an inline element around blocks may be written around the content of each."""
    return node.name not in _RUBY


def local(node: Tag) -> str:
    """Return the element's language and direction as attributes."""
    if "lang" not in node.attrs and "dir" not in node.attrs:
        return ""
    language, direction = attribute(node, "lang").strip(), attribute(node, "dir").strip().lower()
    attributes = f' lang="{language}"' if _LANGUAGE_TAG.fullmatch(language) else ""
    return attributes + (f' dir="{direction}"' if direction in ("ltr", "rtl", "auto") else "")


def titled(node: Tag) -> str:
    """Return the element's title as an attribute."""
    title = " ".join(attribute(node, "title").split()) if "title" in node.attrs else ""
    return f' title="{quoted(title)}"' if title else ""


def number(node: Tag, name: str) -> str:
    """Return a numeric attribute, left out where it is not a number."""
    value = attribute(node, name).strip()
    return f' {name}="{int(value)}"' if value.isascii() and _NUMBER.fullmatch(value) else ""


def escaped(text: str) -> str:
    """Return the text as HTML, spelt as nh3 spells it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\xa0", "&nbsp;")


def quoted(text: str) -> str:
    """Return the text as the value of an attribute in double quotes."""
    return escaped(text).replace('"', "&quot;")


def is_blank(html: str) -> bool:
    """Say whether inline HTML shows nothing: no letter, no image, no recording."""
    return _BLANK.match(html) is not None


def has_text(html: str) -> bool:
    """Say whether inline HTML shows a letter, not only media."""
    return _TEXTLESS.match(html) is None


def is_empty(text: str) -> bool:
    """Say whether a text consists of spaces and invisible characters."""
    return _VISIBLE.search(text) is None


def _text(text: str, context: Context) -> str:
    return escaped(text.replace("\r", "\n") if context.in_pre else _SPACE.sub(" ", text))


def _link(node: Tag, context: Context) -> Wrap | None:
    href = attribute(node, "href")
    url = urls.absolute(href, context.base) if href.strip() and not context.in_link else None
    return (f'<a{local(node)} href="{quoted(url)}"{titled(node)}>', "</a>") if url else None


def _image(node: Tag, context: Context) -> str:
    url = media.image_url(node, context.base)
    if url is None:
        return ""
    alt = " ".join(attribute(node, "alt").split())
    return f'<img src="{quoted(url)}" alt="{quoted(alt)}"{titled(node)}{_size(node)}>'


def _picture(node: Tag, context: Context) -> str:
    image = node.find("img")
    return part(image, context) if isinstance(image, Tag) else ""


def _noscript(node: Tag, context: Context) -> str:
    """Return the images for readers without scripts, unless the image before it shows already."""
    images = [found for found in node.find_all("img") if isinstance(found, Tag)]
    before = node.find_previous_sibling()
    if images and isinstance(before, Tag) and any(_shows(image, context) for image in _images_of(before)):
        return ""
    return write(images, context)


def _images_of(node: Tag) -> list[Tag]:
    return [node] if node.name in ("img", "amp-img") else list(node.find_all(["img", "amp-img"]))


def _shows(image: Tag, context: Context) -> bool:
    return media.image_url(image, context.base) is not None


def _size(node: Tag) -> str:
    sizes = ((name, media.pixels(attribute(node, name))) for name in ("width", "height"))
    return "".join(f' {name}="{size}"' for name, size in sizes if size)


def _recording(node: Tag, context: Context) -> str:
    own = urls.web(attribute(node, "src") or attribute(node, "data-src"), context.base)
    sources = "" if own else "".join(_part_of_recording(child, context) for child in node.find_all("source"))
    if not own and not sources:
        return ""
    tracks = "".join(_part_of_recording(child, context) for child in node.find_all("track"))
    poster = urls.web(attribute(node, "poster"), context.base) if node.name == "video" else None
    attributes = ' controls=""' + (f' src="{quoted(own)}"' if own else "")
    attributes += (f' poster="{quoted(poster)}"' if poster else "") + (
        _size(node) if node.name == "video" else ""
    )
    return f"<{node.name}{attributes}>{sources}{tracks}</{node.name}>"


def _part_of_recording(node: Tag, context: Context) -> str:
    url = urls.web(attribute(node, "src"), context.base)
    if url is None:
        return ""
    values = ((name, " ".join(attribute(node, name).split())) for name in _PART_ATTRIBUTES[node.name])
    attributes = "".join(f' {name}="{quoted(value)}"' for name, value in values if value)
    return f'<{node.name} src="{quoted(url)}"{attributes}>'


def _checkbox(node: Tag, context: Context) -> str:
    if attribute(node, "type").lower() != "checkbox":
        return ""
    return "☑ " if "checked" in node.attrs else "☐ "


def _embed(node: Tag, context: Context) -> str:
    url = media.embed_url(attribute(node, "src") or attribute(node, "data-src"), context.base)
    if url is None or context.in_link:
        return ""
    name = " ".join(attribute(node, "title").split()) or url.partition("://")[2]
    return f'<a href="{quoted(url)}">{escaped(name)}</a>'


_PART_ATTRIBUTES = {"source": ("type",), "track": ("kind", "label", "srclang")}
WRITERS: dict[str, Callable[[Tag, Context], str]] = {
    "amp-img": _image,
    "audio": _recording,
    "br": lambda node, context: "\n" if context.in_pre else "<br>",
    "img": _image,
    "input": _checkbox,
    "picture": _picture,
    "source": lambda node, context: "",
    "track": lambda node, context: "",
    "video": _recording,
    "wbr": lambda node, context: "<wbr>",
    "x-iframe": _embed,
    "x-noscript": _noscript,
}
"""Inline elements that are not merely tags around their content."""
