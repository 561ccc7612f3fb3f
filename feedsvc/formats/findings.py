"""Name what is wrong with a feed that can be read: by rule, place, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a feed must (error) or should (warning) be, and what to do where it is not."""

    level: Level
    says: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One break of a rule; `item` is the guid or title of the item, empty for the feed itself."""

    code: str
    level: Level
    message: str
    item: str = ""


def finding(rules: Mapping[str, Rule], code: str, item: str = "", found: str = "") -> Finding:
    """Return the finding that a rule is broken, with what was found in its place."""
    rule = rules[code]
    message = f"{rule.says} (found “{found[:80]}”)" if found else rule.says
    return Finding(code, rule.level, message, item)
