"""Look a whole document over: tell what it is, apply the rules of its format, collect the findings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from feedsvc.feeds.lint import atom as atom_rules
from feedsvc.feeds.lint import jsonfeed as json_rules
from feedsvc.feeds.lint import rss as rss_rules
from feedsvc.feeds.lint.document import document, size
from feedsvc.feeds.lint.facts import Facts
from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.http import Served, http
from feedsvc.feeds.lint.names import ATOM, OLD_ATOM, RDF
from feedsvc.feeds.lint.paging import paging
from feedsvc.feeds.lint.rule import SEVERITIES, Severity
from feedsvc.feeds.lint.xml import MAX_BYTES, Refused, Tree, parse

_PAGE = re.compile(
    rb"\s*(<!--.{0,2000}?-->\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


MOST_OF_A_CODE: Final = 1000
"""How many findings of one code are kept: more tell nobody more, and a hostile feed has a million."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a document is, and everything that is wrong with it, in the document's order."""

    facts: Facts
    findings: tuple[Finding, ...]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    def with_more(self, findings: Iterable[Finding]) -> Report:
        """Return the report with findings that only several documents together show."""
        return Report(self.facts, (*self.findings, *findings))

    def counts(self) -> Mapping[Severity, int]:
        """Return how many findings there are of each severity, gravest first."""
        return {severity: len(self.of(severity)) for severity in SEVERITIES}


def lint(body: bytes, *, now: datetime | None = None, served: Served | None = None) -> Report:
    """Return a report on any bytes; they are read within bounds, and nothing that they name is opened.

    `now` lets dates in the future be found; `served` adds what is wrong with how the feed came.
    """
    try:
        facts, findings = _read(body, now)
    except Refused as refused:
        facts = Facts()
        findings = [Finding(refused.code, refused.told, refused.line, refused.column)]
    if served is not None:
        findings += http(served, facts)
    return Report(facts, tuple(_limited(findings)))


def _limited(findings: Iterable[Finding]) -> Iterator[Finding]:
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[finding.code] += 1
        if counts[finding.code] <= MOST_OF_A_CODE:
            yield finding


def errors_of_items(report: Report) -> dict[str, list[Finding]]:
    """Return the errors that are about an item, by its id: what a publish gate leaves out."""
    by_item: dict[str, list[Finding]] = {}
    for finding in report.of("error"):
        if finding.item:
            by_item.setdefault(finding.item, []).append(finding)
    return by_item


def _read(body: bytes, now: datetime | None) -> tuple[Facts, list[Finding]]:
    if len(body) > MAX_BYTES:
        raise Refused("F005", f"{len(body):,} bytes")
    begin = body[:2000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begin:
        raise Refused("F002", "there is nothing in it")
    if begin[:1] in (b"{", b"["):
        feed, odd = json_rules.read(body)
        facts = json_rules.facts(feed)
        return facts, [*odd, *json_rules.jsonfeed(feed, len(body), now), *paging(facts)]
    if _PAGE.match(begin):
        raise Refused("F002", "it is a web page", 1, 1)
    tree = parse(body)
    facts, findings = _feed(tree, now)
    return facts, [*size(body), *document(tree), *findings, *paging(facts)]


def _feed(tree: Tree, now: datetime | None) -> tuple[Facts, Iterator[Finding]]:
    root = tree.root
    if root.namespace == ATOM and root.name in ("feed", "entry"):
        return atom_rules.facts(tree), atom_rules.atom(tree, now)
    if root.name == "rss" and not root.namespace:
        return rss_rules.facts(tree), rss_rules.rss(tree, now)
    if root.name == "RDF" and root.namespace == RDF:
        return Facts("rss", tree.encoding), rss_rules.rss1(tree)
    if root.name == "feed" and root.namespace == OLD_ATOM:
        return Facts("atom", tree.encoding), iter([found("F018", root, "Atom 0.3")])
    raise Refused("F002", f"its root is <{root.label}>", root.line, root.column)
