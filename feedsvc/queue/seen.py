"""What operators see of a queue: its dead letters, its workers, and what waits too long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from procrastinate.types import JSONValue


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A dead letter: a job that failed for good, when, and after how many attempts."""

    id: int
    task: str
    args: Mapping[str, JSONValue]
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A worker that has not said goodbye, and for how long nothing was heard of it."""

    worker: int
    silent: timedelta


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that waits although it is due, and for how long it has been."""

    id: int
    task: str
    late: timedelta
