"""The commands about feeds and sources: what is published, from where, and how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import click

from feedsvc import config, plan
from feedsvc.cli.command import group, json_option
from feedsvc.cli.drawing import show_table
from feedsvc.cli.lint import lint_feeds
from feedsvc.cli.opened import opened
from feedsvc.cli.output import terminal, when
from feedsvc.cli.readers import asked, audience_rows
from feedsvc.errors import NotFound
from feedsvc.formats import SUFFIXES
from feedsvc.model import FORMATS, Feed
from feedsvc.service import Service
from feedsvc.store import Counts, SourceState, audience, items, sources

Readers = Mapping[tuple[str, str], Counts]


@group("feeds", examples=(("feedsvc feeds list", "every feed, how much is in it, and its address"),))
def feed_commands() -> None:
    """Show the published feeds, and what is wrong with them."""


feed_commands.add_command(lint_feeds)


@feed_commands.command("list", examples=(("feedsvc feeds list --json", "for programs"),))
@json_option
def list_feeds(as_json: bool) -> None:
    """List every configured feed, how many items it has, how often it was asked for, and its address."""
    speaker = terminal()
    with opened() as service:
        readers = _readers(service)
        rows = [_row(service, feed, readers) for feed in service.catalog.feeds]
    if as_json:
        speaker.show_json(rows)
    else:
        headers = ("feed", "items", "requests", "title", "address")
        show_table(headers, [[str(row[name]) for name in headers] for row in rows])


@feed_commands.command("show", examples=(("feedsvc feeds show all", "the items that are in it now"),))
@click.argument("slug")
@json_option
def show_feed(slug: str, as_json: bool) -> None:
    """Show one feed: its addresses, how often they were asked for, and the items that are in it now."""
    speaker = terminal()
    with opened() as service:
        feed = service.catalog.feed(slug)
        if feed is None:
            raise NotFound("feed", slug)
        readers = _readers(service)
        row = _row(service, feed, readers)
        with service.store.read() as connection:
            selected = plan.select(connection, feed, service.clock())
    if as_json:
        entries = [
            {"id": item.id, "title": item.article.title, "published": item.published} for item in selected
        ]
        speaker.show_json({**row, "rule": asdict(feed.rule), "entries": entries})
        return
    told = [
        f"{address}: {asked(readers.get((feed.path, format_), Counts()))}"
        for format_, address in zip(FORMATS, _addresses(service, feed), strict=True)
    ]
    speaker.tell("\n".join([feed.title, *told]))
    show_table(("published", "title"), [(when(item.published), item.article.title) for item in selected])


@group("sources", examples=(("feedsvc sources list", "where items come from, and how that goes"),))
def source_commands() -> None:
    """Show where items come from."""


@source_commands.command("list", examples=(("feedsvc sources list --json", "for programs"),))
@json_option
def list_sources(as_json: bool) -> None:
    """List the folder and every configured source, with when it last answered and what is wrong."""
    speaker = terminal()
    with opened() as service, service.store.read() as connection:
        known = {state.key: state for state in sources.all(connection)}
        rows = [_source(service.settings, key, known.get(key)) for key in _keys(service.settings)]
    if as_json:
        speaker.show_json(rows)
        return
    show_table(
        ("source", "state", "last success", "address"),
        [(str(row["source"]), _state(row), str(row["last_success"] or ""), str(row["url"])) for row in rows],
    )


def _readers(service: Service) -> Readers:
    """Return how often feeds were asked for since that is counted."""
    with service.store.read() as connection:
        return audience.since(connection)


def _row(service: Service, feed: Feed, readers: Readers) -> dict[str, object]:
    with service.store.read() as connection:
        count = items.count(connection, feed.rule, now=service.clock())
    rss, *_ = addresses = _addresses(service, feed)
    own = {key: counts for key, counts in readers.items() if key[0] == feed.path}
    return {
        "feed": feed.slug,
        "title": feed.title,
        "items": min(count, feed.limit),
        "matching": count,
        "address": rss,
        "addresses": addresses,
        "requests": sum(counts.requests for counts in own.values()),
        "audience": audience_rows(own),
    }


def _addresses(service: Service, feed: Feed) -> list[str]:
    return [f"{service.catalog.site.url}{feed.path}{SUFFIXES[format_]}" for format_ in FORMATS]


def _keys(settings: config.Settings) -> list[str]:
    return [config.FOLDER, *settings.sources]


def _source(settings: config.Settings, key: str, state: SourceState | None) -> dict[str, object]:
    written = settings.sources.get(key)
    return {
        "source": key,
        "kind": "upstream" if written else "folder",
        "url": written.url if written else str(settings.items_path),
        "enabled": written.enabled if written else True,
        "paused": state.paused if state else False,
        "last_success": when(state.last_success) if state and state.last_success else None,
        "failures": state.failures if state else 0,
        "error": state.error if state else "",
        "held": state.held if state else 0,
    }


def _state(row: dict[str, object]) -> str:
    if not row["enabled"]:
        return "off"
    if row["held"]:
        return f"{row['held']} removals wait for `feedsvc items confirm-removals`"
    return f"failing: {row['error']}" if row["error"] else "paused" if row["paused"] else "ok"
