"""Judge what a channel and an item of RSS have in common: persons, numbers, plain texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.values import plain_text
from feedsvc.feeds.lint.xml import Element

_LONGEST_CONTACT = 1000
_MAIL = re.compile(r"(mailto:)?[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>().]+", re.IGNORECASE)
_MAIL_AND_NAME = re.compile(_MAIL.pattern + r"\s+\([^()]+\)", re.IGNORECASE)


def contact(element: Element) -> Iterator[Finding]:
    """Yield what is wrong with a person of RSS: `address (name)`."""
    value = element.value[:_LONGEST_CONTACT]
    told = f"<{element.label}>: {value}"
    if not value:
        yield found("F611", element, f"<{element.label}>")
    elif not _MAIL.search(value):
        yield found("F117", element, told)
    elif _MAIL.fullmatch(value):
        yield found("F118", element, told)
    elif not _MAIL_AND_NAME.fullmatch(value):
        yield found("F119", element, told)


def number(element: Element, least: int = 0, below: int = 1_000_000_000) -> Iterator[Finding]:
    """Yield what is wrong with a number of RSS."""
    value = element.value
    if not (value.isascii() and value.isdigit() and least <= int(value[:12]) < below):
        yield found("F128", element, f"<{element.label}>: {value}")


def plain_parts(parent: Element, names: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong with the elements that hold text without markup."""
    for element in parent.children:
        if not element.namespace and element.name in names:
            yield from plain_text(element.value, element, f"<{element.name}>", raw=element.raw)


def allows_attributes(channel: Element) -> bool:
    """Say whether a channel follows the version of RSS that lets extensions add attributes anywhere."""
    docs = channel.first("docs")
    return docs is not None and docs.value == "http://www.rssboard.org/rss-specification"


def foreign_attributes(element: Element) -> Iterator[Finding]:
    """Yield the attribute of an extension on an element of RSS itself."""
    if any(name.startswith("{") and "XML/1998" not in name for name in element.attributes):
        yield found("F017", element, f"<{element.name}>")
