"""Enqueue work inside a database transaction, and run it later: Procrastinate, on SQLite and on PostgreSQL.

open_queue ─▶ Queue ── defer (in the caller's transaction) ─▶ a row ── run_worker ─▶ a task's run
"""

from __future__ import annotations

from procrastinate.jobs import Job
from procrastinate.types import JSONValue

from feedsvc.queue.app import Queue, open_queue
from feedsvc.queue.backend import Gate
from feedsvc.queue.seen import DueJob, FailedJob, Heartbeat

__all__ = ["DueJob", "FailedJob", "Gate", "Heartbeat", "JSONValue", "Job", "Queue", "open_queue"]
