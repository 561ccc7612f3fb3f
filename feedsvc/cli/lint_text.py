"""Write a lint report for people: codes with their worst first, where, and what to do."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence

import click

from feedsvc.cli.drawing import one_line
from feedsvc.cli.output import counted
from feedsvc.feeds.lint import SEVERITIES, Finding, Report, Severity

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_FORMATS = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed", "": "no feed"}
_PLACES = 3
"""How many places of one code are named, unless all are asked for."""


def told(name: str, report: Report, *, whole: bool) -> str:
    """Return a report as lines of at most the terminal's width; `whole` names every place."""
    width = min(shutil.get_terminal_size((80, 24)).columns, 110)
    lines = [f"{click.style(one_line(name), bold=True)}: {_headline(report)}"]
    for findings in _by_code(report):
        lines += _about_code(findings, width, len(findings) if whole else _PLACES)
    return "\n".join(lines)


def summary(reports: Sequence[Report]) -> str:
    """Return the line that counts what was found in several documents."""
    counts = {each: sum(len(report.of(each)) for report in reports) for each in SEVERITIES}
    clean = sum(not report.findings for report in reports)
    return f"{counted(len(reports), 'document')}, {clean} without findings: {_counts(counts)}"


def _headline(report: Report) -> str:
    items = counted(report.facts.items, "item")
    kind = _FORMATS[report.facts.kind]
    what = f"{kind}, {items}" if report.facts.kind else kind
    return f"{what}: {_counts(report.counts())}"


def _counts(counts: Mapping[Severity, int]) -> str:
    words = {"error": "error", "warning": "warning", "info": "note"}
    named = [
        click.style(counted(number, words[severity]), fg=_COLOURS[severity])
        for severity, number in counts.items()
        if number
    ]
    return ", ".join(named) or click.style("nothing to say", fg="green")


def _by_code(report: Report) -> Iterator[list[Finding]]:
    """Yield the findings of each code: the worst first, then in the order of the document."""
    codes = dict.fromkeys(
        finding.code for severity in SEVERITIES for finding in report.findings if finding.severity == severity
    )
    for code in codes:
        yield [finding for finding in report.findings if finding.code == code]


def _about_code(findings: Sequence[Finding], width: int, most: int) -> Iterator[str]:
    first = findings[0]
    label = click.style(f"{first.severity:<7}", fg=_COLOURS[first.severity])
    many = f" ({len(findings)} times)" if len(findings) > 1 else ""
    head = _wrapped(f"{first.rule.what}{many}", width - 15, "")
    yield f"  {first.code} {label} {head[0]}"
    yield from (f"{'':15}{line}" for line in head[1:])
    for finding in findings[:most]:
        yield from _wrapped(_place(finding), width, "         ", most=3)
    if len(findings) > most:
        yield f"         and {len(findings) - most} more: --verbose names them"
    yield from _wrapped(f"→ {first.rule.cure}", width, "       ")


def _place(finding: Finding) -> str:
    parts = [f"{finding.line}:{finding.column}"] if finding.line else []
    if finding.item:
        parts.append(f"“{finding.title}” ({finding.item})" if finding.title else finding.item)
    where, what = " ".join(parts), finding.told if finding.told != finding.item else ""
    return one_line(f"{where}: {what}" if where and what else where or what)


def _wrapped(text: str, width: int, indent: str, most: int = 9) -> list[str]:
    if not text:
        return []
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        max_lines=most,
        placeholder=" …",
        break_on_hyphens=False,
    )
