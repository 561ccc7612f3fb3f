"""Write HTML: elements of escaped text, so that nothing of an item is ever read as markup."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

Attributes = Mapping[str, str | bool | int | None]

VOID = frozenset(("base", "img", "link", "meta"))


class Html(str):
    """A piece of finished HTML."""

    __slots__ = ()


def text(value: str) -> Html:
    """Return text that a browser shows as it is."""
    return Html(escape(value, quote=False))


def element(name: str, attributes: Attributes, *children: Html | str) -> Html:
    """Return an element; a child that is a plain string is text, an attribute of None is none."""
    head = f"<{name}{''.join(_attribute(*each) for each in attributes.items())}>"
    if name in VOID:
        return Html(head)
    inside = "".join(child if isinstance(child, Html) else text(child) for child in children)
    return Html(f"{head}{inside}</{name}>")


def joined(*parts: Html) -> Html:
    """Return pieces of HTML one after another."""
    return Html("".join(parts))


def _attribute(name: str, value: str | bool | int | None) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
