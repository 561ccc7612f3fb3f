"""The commands about items: list and show what is stored, begin a new file, look after the folder."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import get_args
from urllib.parse import quote
from zoneinfo import ZoneInfo

import click

from feedsvc import article, config, ingest
from feedsvc.cli import fix as fixing
from feedsvc.cli.command import group, json_option
from feedsvc.cli.configured import configured
from feedsvc.cli.drawing import show_table
from feedsvc.cli.opened import opened
from feedsvc.cli.output import terminal, when
from feedsvc.errors import Conflict, NotFound
from feedsvc.model import Item, Site, State
from feedsvc.service import folder, utc_now
from feedsvc.store import items, sources

SETTLED = 0.6
"""Seconds between two looks, after which a file that did not change meanwhile counts as whole."""


@group(
    "items",
    examples=(
        ("feedsvc items list storm", "items that contain a word"),
        ("feedsvc items new 'Bridge reopens'", "begin a new item"),
    ),
)
def item_commands() -> None:
    """List, show and begin items."""


@item_commands.command(
    "list",
    examples=(
        ("feedsvc items list", "the newest fifty"),
        ("feedsvc items list --state withdrawn", "what has been taken back"),
        ("feedsvc items list --json | jq '.[].title'", "for programs"),
    ),
)
@click.argument("words", nargs=-1)
@click.option("--state", type=click.Choice(get_args(State)), help="Only items in this state.")
@click.option("--source", help="Only items of this source; “items” is the folder.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many to leave out first.")
@json_option
def list_items(
    words: Sequence[str], state: State | None, source: str | None, limit: int, offset: int, as_json: bool
) -> None:
    """List stored items, newest first; words search in their text."""
    speaker = terminal()
    with opened() as service:
        now, site = service.clock(), service.catalog.site
        with service.store.read() as connection:
            found = items.list_all(
                connection, state=state, source=source, q=" ".join(words), limit=limit, offset=offset
            )
    if as_json:
        speaker.show_json([_fields(item, site, now) for item in found])
        return
    headers = ("published", "state", "language", "title", "slug")
    rows = [
        (when(item.published), _state(item, now), item.article.language or "", item.article.title, item.slug)
        for item in found
    ]
    show_table(headers, rows)


@item_commands.command(
    "show", examples=(("feedsvc items show swing-bridge-reopens", "by its slug, or by its id"),)
)
@click.argument("name")
@json_option
def show_item(name: str, as_json: bool) -> None:
    """Show one item, by slug or id: what is stored, and its text."""
    speaker = terminal()
    with opened() as service:
        with service.store.read() as connection:
            item = items.by_slug(connection, name) or items.by_id(connection, name)
        if item is None:
            raise NotFound("item", name)
        fields = _fields(item, service.catalog.site, service.clock())
    if as_json:
        speaker.show_json({**fields, "summary": item.article.summary, "content": item.article.content})
        return
    for key, value in fields.items():
        told = when(value) if isinstance(value, datetime) else value
        shown = ", ".join(told) if isinstance(told, list) else str(told if told is not None else "")
        speaker.show(f"{key + ':':<11} {shown}".rstrip())
    speaker.show(f"\n{article.to_text(item.article.content)}")


@item_commands.command(
    "new",
    examples=(
        ("feedsvc items new 'Bridge reopens'", "a Markdown file with today's date, ready to be written"),
        ("feedsvc items new 'Tides' --author 'Anna Berg' --tag harbour --tag weather", "with more filled in"),
    ),
)
@click.argument("title")
@click.option("--author", help="Who writes it; else the site's author.")
@click.option("--tag", "tags", multiple=True, help="A tag; may be given again.")
@click.option("--language", default="", help="Its language, such as “de”; else found out.")
def new_item(title: str, author: str | None, tags: Sequence[str], language: str) -> None:
    """Begin a new item in the folder, as a draft, and print the file's path."""
    speaker, settings = terminal(), configured()
    today = utc_now().astimezone(ZoneInfo(settings.site.timezone))
    path = settings.items_path / f"{today:%Y-%m-%d}-{article.slug(title) or 'item'}.md"
    if path.exists():
        raise Conflict(f"{path} is there already; choose another title, or edit that file")
    fields = {
        "id": f"urn:uuid:{uuid.uuid4()}",
        "title": title,
        "date": f"{today:%Y-%m-%d %H:%M}",
        "author": author or settings.site.author,
        "tags": list(tags),
        "language": language,
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items() if value]
    path.parent.mkdir(parents=True, exist_ok=True)
    front = "\n".join(lines)
    fixing.put(path, f"---\n{front}\ndraft: true\n---\n\nWrite here.\n".encode())
    speaker.show(str(path))
    speaker.tell("Take the line “draft: true” out when it is ready: it is live within two seconds.")


@item_commands.command(
    "confirm-removals",
    examples=(
        ("feedsvc items confirm-removals", "the many files that vanished at once are gone on purpose"),
    ),
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def confirm_removals(yes: bool) -> None:
    """Withdraw the items whose files vanished together, which the service holds back until told."""
    speaker = terminal()
    with opened() as service:
        with service.store.read() as connection:
            state = sources.state(connection, config.FOLDER)
        held = state.held if state else 0
        if not held:
            speaker.tell("no removals wait for confirmation")
            return
        if not (yes or click.confirm(f"Withdraw {held} items whose files are gone?", err=True)):
            return
        looker = folder(service.settings)
        withdrawn = 0
        for attempt in range(2):
            time.sleep(SETTLED * attempt)
            outcome = ingest.refresh_folder(
                service.store,
                service.queue,
                looker,
                now=service.clock(),
                monotonic=time.monotonic(),
                confirm_removals=True,
            )
            withdrawn += outcome.withdrawn
    speaker.tell(
        f"{withdrawn} items withdrawn; they are gone from the feeds as soon as the service publishes"
    )


@item_commands.command(
    examples=(
        ("feedsvc items fix --dry-run", "which files have no id of their own"),
        ("feedsvc items fix --yes", "write the ids, so that a renamed file stays the same item for ever"),
    )
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written.")
def fix(yes: bool, dry_run: bool) -> None:
    """Write each item's id into its file, where the file names none."""
    speaker = terminal()
    with opened() as service:
        with service.store.read() as connection:
            known = items.known(connection, config.FOLDER)
            files = sources.files(connection, config.FOLDER)
        root = service.settings.items_path
    ids = {path: known[state.guid].id for path, state in files.items() if state.guid in known}
    mended, left = fixing.plan(root, ids)
    for path, reason in left.items():
        speaker.tell(f"{path}: left as it is: {reason}")
    for path in mended:
        speaker.show(str(path))
    if not mended:
        speaker.tell("every other file has its id")
    elif not dry_run and (yes or click.confirm(f"Write the id into {len(mended)} files?", err=True)):
        fixing.write(root, mended)
        speaker.tell(f"{len(mended)} files have their id now")


def _state(item: Item, now: datetime) -> str:
    if item.state != "published" or item.is_visible(now):
        return item.state
    return "scheduled" if item.published > now else "expired"


def _fields(item: Item, site: Site, now: datetime) -> dict[str, object]:
    return {
        "title": item.article.title,
        "slug": item.slug,
        "id": item.id,
        "source": item.source,
        "guid": item.guid,
        "state": _state(item, now),
        "published": item.published,
        "updated": item.updated,
        "language": item.article.language,
        "authors": [author.name for author in item.article.authors],
        "tags": list(item.article.tags),
        "url": f"{site.url}/items/{quote(item.slug)}",
    }
