"""The facts about an installation: what `read` finds out, at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from feedsvc.model import State
from feedsvc.queue import DueJob, FailedJob
from feedsvc.store import Counts

LATE = timedelta(seconds=60)
"""What is due for so long and not begun does not begin by itself."""

LOW_BYTES, LOW_SHARE = 256 * 1024 * 1024, 0.1
"""With less room on the disk than this, and than this share of it, a person should make some."""

FULL_BYTES = 16 * 1024 * 1024
"""With less than this the database may fail at its next write."""

FULL_FILES = 16
"""With fewer files left to be made than this, likewise: it makes some beside itself."""

SourceCondition = Literal["ok", "waiting", "failing", "held", "paused", "off"]


@dataclass(frozen=True, slots=True)
class Database:
    """Whether the database can be worked with; `problem` is one sentence with its remedy, empty if it can."""

    kind: Literal["sqlite", "postgresql"]
    answers: bool
    problem: str = ""
    bytes: int | None = None
    exists: bool = True
    """Whether there ever was one at its place, as far as can be told."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The room that is left where the database lies, for those who are not root."""

    free_bytes: int
    total_bytes: int
    read_only: bool = False
    free_files: int | None = None
    """How many files may still be made; None where the file system does not count them."""
    place: str = ""
    """The folder with the database."""

    @property
    def is_low(self) -> bool:
        """Say whether a person should make room."""
        return self.is_full or self.free_bytes < min(LOW_BYTES, LOW_SHARE * self.total_bytes)

    @property
    def is_full(self) -> bool:
        """Say whether the next write may fail for lack of room."""
        no_files = self.free_files is not None and self.free_files < FULL_FILES
        return self.free_bytes < min(FULL_BYTES, LOW_SHARE * self.total_bytes) or no_files


@dataclass(frozen=True, slots=True)
class Work:
    """How the work without requests goes on; durations are by the clock of the database."""

    alive: int
    """Workers that were heard of within the last minute."""
    silent: timedelta | None
    """Since when nothing was heard of any worker; None where there is none."""
    job: DueJob | None
    """The job that is due for the longest and not begun."""
    scheduled: str
    """What the schedule has next, or should have enqueued for the longest."""
    scheduled_at: datetime | None
    overdue: timedelta
    """How late the latest thing is: that job, or that entry of the schedule."""

    @property
    def is_late(self) -> bool:
        """Say whether something is due for so long that it will not begin by itself."""
        return self.overdue >= LATE


@dataclass(frozen=True, slots=True)
class Jobs:
    """The task queue: how many jobs there are in each state, and those that failed, the latest first."""

    counts: dict[str, int]
    failed: tuple[FailedJob, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One source of items, as configured and as it went; `error` is the last one, in one sentence."""

    key: str
    kind: Literal["folder", "upstream"]
    condition: SourceCondition
    last_try: datetime | None
    last_success: datetime | None
    next_due: datetime | None
    """None for the folder, which is watched, and for what is not refreshed."""
    failures: int
    error: str
    paused: bool
    held: int
    """Removals that wait for a person's word."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is stored and published."""

    items: dict[State, int]
    """By state; those whose time has not come count as published."""
    last_published: datetime | None
    next_moment: datetime | None
    """When the next embargo ends or the next item expires."""
    feeds: int
    sequence: int
    errors: int
    """Problems of item files that keep an old version, or none, published."""
    warnings: int
    left_out: int
    """Items that a feed cannot carry."""


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at one moment; what only a working database can tell is None or empty without one."""

    version: str
    at: datetime
    database: Database
    disk: Disk | None = None
    """None where the database is on another machine."""
    work: Work | None = None
    jobs: Jobs | None = None
    content: Content | None = None
    sources: tuple[Source, ...] = ()
    audience: Mapping[tuple[str, str], Counts] = field(default_factory=dict)
    """How often feeds were asked for, by path and format, since counting began."""
    today: Counts = field(default_factory=Counts)
    """The same for all feeds together since midnight (UTC)."""
