"""Say what a finding is: one breach of one rule at one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from feedsvc.feeds.lint.codes import RULES
from feedsvc.feeds.lint.rule import Rule, Severity
from feedsvc.feeds.lint.xml import Element

_MAX_TOLD = 160


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule. Line and column start at 1; 0 = unknown."""

    code: str
    told: str
    """What was found there, such as the value that is wrong."""
    line: int = 0
    column: int = 0
    item: str = ""
    """The id of the item that it is about, or `item 3` where it has none; empty for the feed itself."""
    title: str = ""
    """Of that item."""

    @property
    def rule(self) -> Rule:
        """Return the rule that is broken: its text says why that matters, and what to do."""
        return RULES[self.code]

    @property
    def severity(self) -> Severity:
        """Return how grave it is."""
        return RULES[self.code].severity


def found(code: str, at: Element | None = None, told: str = "") -> Finding:
    """Return a finding at an element, with what was found there."""
    short = told if len(told) <= _MAX_TOLD else f"{told[:_MAX_TOLD]}…"
    return Finding(code, short, at.line, at.column) if at is not None else Finding(code, short)


def about(item: str, title: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings as ones about an item."""
    for finding in findings:
        yield replace(finding, item=item, title=title)
