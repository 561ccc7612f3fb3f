"""Know what is not part of an article: what is hidden, navigation, rows of share buttons, forms."""

from __future__ import annotations

import re

from bs4 import Tag

from feedsvc.article import urls
from feedsvc.article.tree import attribute

_HIDDEN_STYLE = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_SHARE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|sharedaddy|social|addtoany|addthis|feedflare|jp-relatedposts|print-link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_SHARE_TEXT = 120
"""Characters: a longer text is about sharing, not a row of buttons."""
_FOLDED_ROLES = frozenset({"region", "tabpanel"})
"""Of text that the page hides until its heading is clicked: it belongs to the article."""
_CHROME_ROLES = frozenset({"alertdialog", "dialog", "navigation", "search"})


def is_unwanted(node: Tag, base: str | None) -> bool:
    """Say whether an element goes with all it holds: hidden, navigation, sharing, a form."""
    name, attributes = node.name, node.attrs
    if name == "nav":
        return True
    if name == "form":
        return node.find("h1") is None and len(node.find_all("p", limit=3)) < 3
    if not attributes:
        return False
    if name == "a" and _is_button(node, base):
        return True
    if _is_hidden(node) and attribute(node, "role") not in _FOLDED_ROLES:
        return True
    if "role" in attributes and attribute(node, "role") in _CHROME_ROLES:
        return True
    if "class" not in attributes:
        return False
    return bool(_SHARE_CLASS.search(attribute(node, "class"))) and len(node.get_text().strip()) <= _SHARE_TEXT


def _is_hidden(node: Tag) -> bool:
    return "hidden" in node.attrs or bool(_HIDDEN_STYLE.search(attribute(node, "style")))


def _is_button(link: Tag, base: str | None) -> bool:
    if "footnote-backref" in attribute(link, "class") or attribute(link, "role") == "doc-backlink":
        return True
    href = attribute(link, "href").strip()
    if href.lower().startswith("mailto:?"):
        return True
    url = urls.absolute(href, base) if href else None
    return url is not None and urls.is_sharing(url)
