"""The check command: configuration, items and feeds, without a running service or its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count

import click

from feedsvc import config, feeds
from feedsvc.cli import output
from feedsvc.cli.command import Command, json_option
from feedsvc.cli.configured import configured
from feedsvc.cli.drawing import progress
from feedsvc.cli.output import counted, terminal
from feedsvc.decide import decide
from feedsvc.errors import StoreError
from feedsvc.formats import SUFFIXES
from feedsvc.gate import build
from feedsvc.model import Feed, FileState, Item, Problem, Selection, Site
from feedsvc.publish import PROBLEMS
from feedsvc.service import folder, utc_now
from feedsvc.sources import Folder, Look, describe

IDLE_LOOKS = 3
"""Looks in a row that bring nothing, after which a file that is still being written is left out."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found: the items that can be published, each feed's, and every problem."""

    items: tuple[Item, ...]
    held_by: dict[str, int]
    """How many of the items each feed holds, by slug."""
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        """Return how many problems keep something from being published."""
        return sum(problem.severity == "error" for problem in self.problems)


@click.command(
    cls=Command,
    examples=(
        ("feedsvc check", "every problem with file, line, column and a caret"),
        ("feedsvc check --json", "the same for programs, such as a commit hook"),
    ),
)
@json_option
def check(as_json: bool) -> int:
    """Check configuration, items and feeds; exit code 3 or 4 if something is wrong.

    Needs no running service and touches no database.
    """
    speaker = terminal()
    findings = find(configured(), utc_now())
    if as_json:
        speaker.show_json(
            {
                "items": len(findings.items),
                "feeds": findings.held_by,
                "problems": [asdict(problem) for problem in findings.problems],
            }
        )
    else:
        for problem in findings.problems:
            speaker.show(describe(problem))
        warnings = len(findings.problems) - findings.errors
        items, feeds_ = counted(len(findings.items), "item"), counted(len(findings.held_by), "feed")
        told = f"{counted(findings.errors, 'error')}, {counted(warnings, 'warning')}"
        speaker.tell(f"{items} in {feeds_}: {told}")
    return output.BAD_CONTENT if findings.errors else output.OK


def find(settings: config.Settings, now: datetime) -> Findings:
    """Return what is in the folder, how it falls into feeds, and what is wrong with any of it."""
    looker = folder(settings)
    with progress("reading items") as told:
        looks = list(_looks(looker, now, told))
    if looks[-1].unreadable:
        raise StoreError(f"{settings.items_path} cannot be read: {looks[-1].unreadable}")
    arrivals = [arrival for look in looks for arrival in look.arrivals]
    by_path = {path: told for look in looks for path, told in look.problems.items()}
    found = decide(arrivals, {}, source=config.FOLDER, now=now).new
    site = config.site(settings)
    problems = [problem for path in sorted(by_path) for problem in by_path[path]]
    held_by: dict[str, int] = {}
    for feed in config.feeds(settings):
        selection = _selected(site, feed, found, now)
        held_by[feed.slug] = len(selection.items)
        problems += _unfit(selection)
    return Findings(found, held_by, tuple(problems))


def _looks(folder: Folder, now: datetime, progress: Callable[[int, int], None]) -> Iterator[Look]:
    """Look until every file is read, or those that are left do not settle."""
    known: dict[str, FileState] = {}
    idle = 0
    # A file counts when two looks agree on it; the next one follows at once, by our own count.
    for second in count():
        look = folder.look(known, second, now, progress=progress)
        yield look
        known |= {state.path: state for state in look.files}
        idle = 0 if look.files else idle + 1
        if look.unreadable or not look.unsettled or idle == IDLE_LOOKS:
            return


def _selected(site: Site, feed: Feed, found: Sequence[Item], now: datetime) -> Selection:
    inside = [item for item in found if item.is_visible(now) and feeds.matches(feed.rule, item)]
    inside.sort(key=lambda item: getattr(item, feed.order), reverse=True)
    chosen = tuple(inside[: feed.limit])
    return Selection(site, feed, chosen, max((item.updated for item in chosen), default=now))


def _unfit(selection: Selection) -> Iterator[Problem]:
    """Yield the items that the publish gate would leave out of a feed."""
    for built in build(selection):
        for rejected in built.rejected:
            item, address = rejected.item, f"{selection.feed.slug}{SUFFIXES[rejected.format]}"
            reason = f"“{item.article.title}” ({item.guid}) is left out: {rejected.reason}"
            yield Problem(PROBLEMS, address, "E301", reason)
