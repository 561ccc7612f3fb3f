"""Find what is wrong with a feed, by the specifications, the validators and what readers trip over. Pure.

    bytes ─ xml | json ─▶ tree ─ rules of the format ─▶ findings     (rules are data, in codes/)

It stands beside the rules of feeds and not in formats: it judges anybody's feeds, knows nothing of how ours
are written, and reads XML with expat, which alone tells lines, columns and prefixes; lxml stays with formats.
"""

from feedsvc.feeds.lint.codes import FAMILIES, RULES
from feedsvc.feeds.lint.facts import Facts
from feedsvc.feeds.lint.finding import Finding
from feedsvc.feeds.lint.http import Served
from feedsvc.feeds.lint.paging import chain
from feedsvc.feeds.lint.report import MOST_OF_A_CODE, Report, errors_of_items, lint
from feedsvc.feeds.lint.rule import SEVERITIES, Rule, Severity

__all__ = [
    "FAMILIES",
    "MOST_OF_A_CODE",
    "RULES",
    "SEVERITIES",
    "Facts",
    "Finding",
    "Report",
    "Rule",
    "Served",
    "Severity",
    "chain",
    "errors_of_items",
    "lint",
]
