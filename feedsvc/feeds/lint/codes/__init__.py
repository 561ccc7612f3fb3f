"""List every code of the lint, by family: what it means, why it matters, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from feedsvc.feeds.lint.codes import atom, document, http, jsonfeed, paging, rss, values
from feedsvc.feeds.lint.rule import Rule

FAMILIES: Final[Mapping[str, Mapping[str, Rule]]] = {
    "The document": document.RULES,
    "RSS 2.0": rss.RULES,
    "Atom 1.0": atom.RULES,
    "JSON Feed 1.1": jsonfeed.RULES,
    "HTTP": http.RULES,
    "Paging and archives": paging.RULES,
    "Values: addresses, dates, text, HTML, media": values.RULES,
}

RULES: Final[Mapping[str, Rule]] = {
    code: rule for family in FAMILIES.values() for code, rule in family.items()
}

__all__ = ["FAMILIES", "RULES"]
