"""What the queue asks of a database, and what the store gives it for that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from procrastinate.connector import BaseConnector
from procrastinate.jobs import JobDeferrer
from procrastinate.types import JSONValue

Gate = Callable[[], AbstractContextManager[sqlite3.Connection]]
"""Opens the store's write gate: a raw connection with BEGIN IMMEDIATE begun, committed at the end of the
block, rolled back on an error."""

Row = dict[str, Any]  # Any: Procrastinate's connectors answer rows of mixed columns.

Wanted = Sequence[tuple[JobDeferrer, Mapping[str, JSONValue]]]
"""Jobs to enqueue, each with its arguments."""

MAX_ATTEMPTS = 10
"""A job whose runs ended with their worker this often is set aside as failed: it may be what kills it."""


class Presence(Protocol):
    """What a worker holds for as long as its process lives."""

    async def vouch(self, worker_id: int) -> None:
        """Take it, unless it is taken; costs nothing then."""

    async def renew(self, worker_id: int) -> None:
        """Take it anew if it was lost."""

    async def leave(self) -> None:
        """Let go of it."""


class Backend(Protocol):
    """One database as the queue's home: Procrastinate's connectors and what it does not offer itself."""

    @property
    def worker(self) -> BaseConnector:
        """The asynchronous connector, the worker's."""

    @property
    def sync(self) -> BaseConnector:
        """The connector for calls outside an event loop."""

    @property
    def presence(self) -> Presence | None:
        """What tells other workers that this one lives; None where there are no others."""

    @property
    def wake(self) -> str:
        """A query that makes waiting workers look for work; empty where they see every commit."""

    def enqueue(self, connection: object, job: JobDeferrer, arguments: Mapping[str, JSONValue]) -> None:
        """Write the job in the open transaction, or pull the waiting one of its queueing lock forward."""

    def enqueue_all(self, connection: object, jobs: Wanted) -> None:
        """Do the same for many jobs, each with a queueing lock of its own."""

    def clear(self, connection: object) -> None:
        """Remove every job in the open transaction."""

    def apply_schema(self) -> None:
        """Create what is missing."""

    def requeue_orphans(self) -> int:
        """Put jobs back that lost their worker; return how many will run again."""

    def failed(self, limit: int) -> list[Row]:
        """Return id, task_name, args, attempts and at of failed jobs, the latest first."""

    def heartbeats(self) -> list[Row]:
        """Return id and silent_ms of each worker, the one heard of last first."""

    def oldest_due(self) -> list[Row]:
        """Return id, task_name and late_ms of the job that is due for the longest, if one waits."""

    def is_idle(self) -> bool:
        """Say whether no job is running and none that waits is due."""

    def close(self) -> None:
        """Close every connection."""
