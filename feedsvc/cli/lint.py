"""The feeds lint command: what is wrong with our feeds, or with anybody's, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from feedsvc.cli import output
from feedsvc.cli.command import Command, json_option
from feedsvc.cli.configured import configured
from feedsvc.cli.lint_text import summary, told
from feedsvc.cli.opened import opened
from feedsvc.cli.output import terminal
from feedsvc.config import Settings
from feedsvc.errors import FetchError, NotFound
from feedsvc.feeds.lint import Finding, Report, Served, chain, lint
from feedsvc.formats import SUFFIXES
from feedsvc.net import Client, Fetched
from feedsvc.service import Service, client, utc_now
from feedsvc.store import rendered

_ARCHIVE = "/archive/"
_PLACES = ("feeds/", "tags/", "authors/")
"""Where published documents are: only a name that begins so may have a dot in it and be no file."""


@dataclass(frozen=True, slots=True)
class Linted:
    """A document that was looked through: what it is called here, and what was found."""

    name: str
    report: Report


@click.command(
    "lint",
    cls=Command,
    examples=(
        ("feedsvc feeds lint", "every feed that we publish, in every format"),
        ("feedsvc feeds lint all", "one feed"),
        ("feedsvc feeds lint https://agency.example/feed.xml", "somebody's feed, and how it is served"),
        ("feedsvc feeds lint feed.xml", "a file; - is standard input"),
    ),
)
@click.argument("targets", nargs=-1, metavar="[NAME|URL|FILE]...")
@click.option("--strict", is_flag=True, help="Exit with code 1 for warnings, too.")
@click.option(
    "--allow-network",
    "networks",
    multiple=True,
    metavar="CIDR",
    help="A private network that a URL may be in, such as 127.0.0.0/8; beside limits.allow_networks.",
)
@json_option
def lint_feeds(targets: Sequence[str], strict: bool, networks: Sequence[str], as_json: bool) -> int:
    """Say what is wrong with feeds; exit code 1 if there are errors.

    Without an argument all published feeds are looked through. Every code is explained in docs/lint.md.
    """
    speaker = terminal()
    linted = [each for target in targets for each in _linted(target, networks)] if targets else _own()
    if as_json:
        speaker.show_json([_plain(each) for each in linted])
    else:
        for each in linted:
            speaker.show(told(each.name, each.report, whole=speaker.verbose))
        if not linted:
            speaker.tell("no feed is published yet: `feedsvc refresh` publishes them")
        elif len(linted) > 1:
            speaker.tell(summary([each.report for each in linted]))
    grave = ("error", "warning") if strict else ("error",)
    is_bad = any(finding.severity in grave for each in linted for finding in each.report.findings)
    return output.FAILURE if is_bad else output.OK


def _linted(target: str, networks: Sequence[str]) -> list[Linted]:
    if target == "-":
        return [Linted("standard input", lint(sys.stdin.buffer.read(), now=utc_now()))]
    if target.lower().startswith(("http://", "https://")):
        return [_fetched(target, configured(), networks)]
    if Path(target).is_file():
        return [Linted(target, lint(Path(target).read_bytes(), now=utc_now()))]
    if "." in target and not target.lstrip("/").startswith(_PLACES):
        raise NotFound("file", target)
    found = _own(target)
    if not found:
        raise NotFound("feed, file or address", target)
    return found


def _fetched(url: str, settings: Settings, networks: Sequence[str]) -> Linted:
    allowed = (*settings.limits.allow_networks, *networks)
    limits = settings.limits.model_copy(update={"allow_networks": allowed})
    door = client(settings.model_copy(update={"limits": limits}))
    answer = door.fetch(url)
    served = Served(url, answer.url, answer.headers, answer.permanent, _again(door, answer))
    return Linted(url, lint(answer.body, now=utc_now(), served=served))


def _again(door: Client, answer: Fetched) -> int | None:
    """Return the status of a second request that names the first answer's validators."""
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    if not (etag or modified):
        return None
    try:
        return door.fetch(answer.url, etag=etag, last_modified=modified).status
    except FetchError as error:
        # It may not like to be asked twice; what it sent first is what counts.
        return error.status


def _own(name: str = "") -> list[Linted]:
    """Look through the published documents: of all feeds, or of the one with this slug or path."""
    with opened() as service:
        return _with_chains(service, list(_documents(service, name)))


def _documents(service: Service, name: str) -> Iterator[Linted]:
    with service.store.read() as connection:
        for path in rendered.paths(connection):
            if path.endswith(tuple(SUFFIXES.values())) and _is_called(path, name):
                document = rendered.find(connection, path)
                if document is not None:
                    yield Linted(path, lint(document.body, now=service.clock()))


def _is_called(path: str, name: str) -> bool:
    feed = _feed(path)
    whole = f"/{name.strip('/')}"
    return not name or whole in (path, feed, feed.removeprefix("/feeds"))


def _feed(path: str) -> str:
    """Return the path of the feed that a document is of, without the suffix."""
    return path.partition(_ARCHIVE)[0] if _ARCHIVE in path else path.rpartition(".")[0]


def _with_chains(service: Service, linted: list[Linted]) -> list[Linted]:
    """Add what is wrong between a feed and its archive pages."""
    site = service.catalog.site.url
    added: dict[str, list[Finding]] = {}
    chains: dict[tuple[str, str], list[Linted]] = {}
    for each in linted:
        chains.setdefault((_feed(each.name), Path(each.name).suffix), []).append(each)
    for documents in chains.values():
        # The feed itself comes first.
        documents.sort(key=lambda each: (_ARCHIVE in each.name, each.name))
        if _ARCHIVE not in documents[0].name:
            for address, finding in chain([(site + each.name, each.report.facts) for each in documents]):
                added.setdefault(address.removeprefix(site), []).append(finding)
    return [Linted(each.name, each.report.with_more(added.get(each.name, ()))) for each in linted]


def _plain(linted: Linted) -> dict[str, object]:
    report = linted.report
    return {
        "name": linted.name,
        "format": report.facts.kind,
        "items": report.facts.items,
        "counts": report.counts(),
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "what": finding.rule.what,
                "told": finding.told,
                "line": finding.line,
                "column": finding.column,
                "item": finding.item,
                "title": finding.title,
                "cure": finding.rule.cure,
            }
            for finding in report.findings
        ],
    }
