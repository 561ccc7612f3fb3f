"""Judge the constructs of Atom that feeds and entries share: texts, persons, ids (RFC 4287 §3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.html import attribute, html, is_risky
from feedsvc.feeds.lint.names import ATOM, XHTML
from feedsvc.feeds.lint.values import address, has_tags, plain_text
from feedsvc.feeds.lint.xml import Element

TYPES: Final = frozenset({"text", "html", "xhtml"})
_MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_NOT_CANONICAL = re.compile(
    r"https?://(?:[^/?#]*[A-Z]|[^/?#]*:(?:80|443)?(?=[/?#]|$)|[^/?#]+$|[^?#]*/\.\.?(?:[/?#]|$))|[A-Z]"
)
_MALFORMED = re.compile(r"(tag|urn):", re.IGNORECASE)
_TAG_URI = re.compile(
    r"tag:([A-Za-z0-9._-]+@)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"
    r",\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?:\S*"
)
_URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:\S+", re.IGNORECASE)
_BAD_UUID = re.compile(r"urn:uuid:(?![0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)", re.IGNORECASE)


def text(element: Element) -> Iterator[Finding]:
    """Yield what is wrong with a text construct; titles should be plain."""
    kind = element.attributes.get("type", "text")
    is_title = element.name == "title"
    if kind not in TYPES:
        yield found("F214", element, f"<{element.name} type={kind}>")
    elif kind == "text":
        if element.children:
            yield found("F214", element, f"<{element.name} type=text> has elements in it")
        elif is_title:
            yield from plain_text(element.value, element, "<title>")
        else:
            yield from undeclared(element)
    elif kind == "html":
        yield from _html(element, is_title)
    else:
        yield from xhtml(element)
        if is_title:
            yield found("F218", element, "type=xhtml")


def undeclared(element: Element) -> Iterator[Finding]:
    """Yield what is wrong with the plain text of a summary or content."""
    if not element.value:
        yield found("F611", element, f"<{element.name}>")
    elif has_tags(element.value):
        yield found("F609", element, f"<{element.name}>: {element.value}")


def _html(element: Element, is_title: bool) -> Iterator[Finding]:
    if is_title:
        yield found("F218", element, f"type=html: {element.value}")
    if not element.value:
        yield found("F611", element, f"<{element.name}>")
    yield from html(element.text, element)


def xhtml(element: Element) -> Iterator[Finding]:
    """Yield what is wrong with XHTML: one div, and nothing that readers take out."""
    children = element.children
    if len(children) != 1 or children[0].name != "div" or children[0].namespace != XHTML or element.value:
        yield found("F215", element, f"<{element.name}>")
    for child in children:
        for each in child.walk():
            name = each.name.lower()
            if each.namespace == "":
                yield found("F215", each, f"<{name}> is in no namespace")
            if is_risky(name):
                yield found("F615", each, f"<{name}>")
            for key, value in each.attributes.items():
                for code, told in attribute(name, key.lower(), value.strip()):
                    yield found(code, each, told)


def person(element: Element) -> Iterator[Finding]:
    """Yield what is wrong with a person construct."""
    name, mail, uri = (element.first(each, ATOM) for each in ("name", "email", "uri"))
    yield from repeated(element, ("name", "email", "uri"))
    for child in element.children:
        if child.namespace == ATOM and child.name not in ("name", "email", "uri"):
            yield found("F226", child, f"<{child.name}> in <{element.name}>")
    if name is None:
        yield found("F222", element, f"<{element.name}> has no <name>")
    elif not name.value:
        yield found("F611", name, "<name>")
    else:
        yield from plain_text(name.value, name, "<name>")
    if mail is not None and not (
        _MAIL.fullmatch(mail.value) and not mail.value.lower().startswith("mailto:")
    ):
        yield found("F222", mail, f"<email>: {mail.value}")
    if uri is not None:
        yield from address(uri.value, uri, ascii_only=False, label="<uri>")


def repeated(parent: Element, once: Collection[str]) -> Iterator[Finding]:
    """Yield the elements of Atom that are there twice and may be there once."""
    counts = Counter(child.name for child in parent.children if child.namespace == ATOM)
    for name, count in counts.items():
        if count > 1 and name in once:
            yield found("F203", parent.all(name, ATOM)[1], f"<{name}> in <{parent.name}>")


def resource(value: str, element: Element) -> Iterator[Finding]:
    """Yield what is wrong with an IRI that may be relative."""
    if ":" in value.partition("/")[0]:
        yield from address(value, element, ascii_only=False, label=f"<{element.name}>")
    elif not value or any(letter in value for letter in ' <>"[]{}'):
        yield found("F601", element, f"<{element.name}>: {value}")


def category(element: Element) -> Iterator[Finding]:
    """Yield what is wrong with a category (§4.2.2)."""
    if not element.attribute("term"):
        yield found("F223", element)
    if scheme := element.attribute("scheme"):
        yield from address(scheme, element, ascii_only=False, label="<category scheme>")


def identity(element: Element) -> Iterator[Finding]:
    """Yield what is wrong with an id (§4.2.6): an absolute IRI, written the canonical way."""
    value = element.value
    if not value:
        yield found("F204", element, "")
        return
    problems = list(address(value, element, ascii_only=False, label="<id>"))
    malformed = _MALFORMED.match(value) and not (_TAG_URI.fullmatch(value) or _URN.fullmatch(value))
    if problems or malformed:
        yield found("F204", element, value)
    elif _BAD_UUID.match(value):
        yield found("F206", element, value)
    elif _NOT_CANONICAL.match(value):
        yield found("F205", element, value)
