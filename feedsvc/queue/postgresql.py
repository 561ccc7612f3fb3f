"""Procrastinate on PostgreSQL: its own connectors, unmodified, and what the queue adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from procrastinate import PsycopgConnector, SyncPsycopgConnector, exceptions
from procrastinate.jobs import JobDeferrer
from procrastinate.schema import SchemaManager
from procrastinate.sync_psycopg_connector import wrap_exceptions
from procrastinate.types import JSONValue

from feedsvc.errors import StoreError
from feedsvc.queue.backend import MAX_ATTEMPTS, Row, Wanted

_TRIES = 10
_STALLED = "30 seconds"
_JUST_NOW = "3 seconds"
_PRESENCE = 0x66656564
"""The number under which workers hold their advisory locks, beside the worker's own."""

_SCHEMA_LOCK = 5_038_172_246

_PATIENCE = 3.0
"""Seconds to wait for a connection: a worker that is to end asks twice, and has ten."""

_LINK = {
    "application_name": "feedsvc queue",
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""What libpq is told, so that a server that went away without a word is noticed."""

# fetch_job skips locked rows: the waiting job cannot start before the transaction that pulls it ends.
_LOCK_WAITING = """
    SELECT id FROM procrastinate_jobs
    WHERE queueing_lock = %(queueing_lock)s AND status = 'todo' FOR UPDATE"""

_WAITING = """
    SELECT queueing_lock FROM procrastinate_jobs
    WHERE queueing_lock = ANY(%(queueing_locks)s) AND status = 'todo'"""

_PULL = """
    UPDATE procrastinate_jobs
    SET scheduled_at = CASE WHEN scheduled_at > now() THEN now() ELSE scheduled_at END,
        priority = greatest(priority, %(priority)s)
    WHERE id = %(id)s AND (scheduled_at > now() OR priority < %(priority)s)"""

# Told when the transaction commits: a worker that skipped the locked row looks again.
_WAKE = """SELECT pg_notify('procrastinate_any_queue_v1', '{"type": "job_inserted", "job_id": 0}')"""

# One atomic statement: between a list of stalled jobs and their retry another worker could take them.
# Of several with one queueing lock only one may wait: it will do the work of the others.
_REQUEUE_ORPHANS = """
    WITH orphan AS MATERIALIZED (
        SELECT id, queueing_lock, attempts FROM procrastinate_jobs AS job
        WHERE status = 'doing' AND NOT EXISTS (
            SELECT 1 FROM procrastinate_workers AS worker
            WHERE worker.id = job.worker_id AND worker.last_heartbeat > now() - %(stalled)s::interval
              AND (worker.last_heartbeat > now() - %(just_now)s::interval OR EXISTS (
                SELECT 1 FROM pg_locks
                WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = %(presence)s
                  AND objid = worker.id AND database = (
                    SELECT oid FROM pg_database WHERE datname = current_database()))))
        FOR UPDATE SKIP LOCKED),
    redundant AS (
        DELETE FROM procrastinate_jobs AS job USING orphan
        WHERE job.id = orphan.id AND (
            EXISTS (SELECT 1 FROM procrastinate_jobs AS waiting
                    WHERE waiting.status = 'todo' AND waiting.queueing_lock = orphan.queueing_lock)
            OR EXISTS (SELECT 1 FROM orphan AS earlier
                       WHERE earlier.queueing_lock = orphan.queueing_lock AND earlier.id < orphan.id))
        RETURNING job.id)
    SELECT id,
           CASE WHEN attempts + 1 >= %(max_attempts)s THEN procrastinate_finish_job_v1(id, 'failed', false)
           ELSE procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) END AS done
    FROM orphan WHERE id NOT IN (SELECT id FROM redundant)"""

_FAILED = """
    SELECT id, task_name, args, attempts, coalesce(at, now()) AS at
    FROM procrastinate_jobs LEFT JOIN LATERAL (
        SELECT max(at) AS at FROM procrastinate_events
        WHERE job_id = procrastinate_jobs.id AND type = 'failed'
    ) AS failure ON true
    WHERE status = 'failed' ORDER BY at DESC, id DESC LIMIT %(limit)s"""

_HEARTBEATS = """
    SELECT id, extract(epoch FROM now() - last_heartbeat)::float8 * 1000 AS silent_ms
    FROM procrastinate_workers ORDER BY last_heartbeat DESC, id"""

# When a job was put in line only its events tell. Of a long line the head will do: the oldest is there.
_OLDEST_DUE = """
    SELECT id, task_name,
           coalesce(extract(epoch FROM now() - greatest(scheduled_at, at)), 0)::float8 * 1000 AS late_ms
    FROM (
        SELECT id, task_name, scheduled_at FROM procrastinate_jobs
        WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id LIMIT 1000
    ) AS job LEFT JOIN LATERAL (
        SELECT max(at) AS at FROM procrastinate_events
        WHERE job_id = job.id AND type IN ('deferred', 'deferred_for_retry', 'retried')
    ) AS event ON true
    ORDER BY late_ms DESC, id LIMIT 1"""

_BUSY = """
    SELECT 1 AS busy FROM procrastinate_jobs
    WHERE status = 'doing' OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) LIMIT 1"""


class _Cursor(Protocol):
    def fetchone(self) -> tuple[object, ...] | None: ...

    def fetchall(self) -> list[tuple[object, ...]]: ...


@runtime_checkable
class _Connection(Protocol):
    """The part of a psycopg.Connection that we use; the store is the one door to psycopg."""

    def execute(self, query: str, params: Mapping[str, object] | None = None) -> _Cursor: ...


class PostgresqlBackend:
    """A PostgreSQL database as the queue's home; any number of workers.

    Synchronous calls have a small pool of their own, so that no other thread needs the worker's loop.
    """

    wake = _WAKE

    def __init__(self, url: str) -> None:
        self.worker = PsycopgConnector(conninfo=url, min_size=1, max_size=5, timeout=_PATIENCE, kwargs=_LINK)
        self.presence = _Lock(self.worker)
        self.sync = SyncPsycopgConnector(
            conninfo=url, min_size=0, max_size=4, timeout=_PATIENCE, kwargs=_LINK
        )
        self.sync.open()

    def enqueue(self, connection: object, job: JobDeferrer, arguments: Mapping[str, JSONValue]) -> None:
        """Write the job in the open transaction, or pull the waiting one of its queueing lock forward.

        A waiting job may start, or appear, between the two: then it is tried again.
        """
        ours = _ours(connection)
        for _ in range(_TRIES):
            if _pulled(ours, job) or _inserted(ours, [(job, arguments)]):
                return
        raise StoreError(
            f"could not enqueue {job.job.task_name}: {job.job.queueing_lock} is fought over; try again"
        )

    def enqueue_all(self, connection: object, jobs: Wanted) -> None:
        """Do the same for many jobs, each with a queueing lock of its own; most of them in one go."""
        ours = _ours(connection)
        locks = [job.job.queueing_lock for job, _ in jobs]
        waiting = {row[0] for row in ours.execute(_WAITING, {"queueing_locks": locks}).fetchall()}
        new = [each for each in jobs if each[0].job.queueing_lock not in waiting]
        old = [each for each in jobs if each[0].job.queueing_lock in waiting]
        for job, arguments in old if _inserted(ours, new) else jobs:
            self.enqueue(connection, job, arguments)

    def clear(self, connection: object) -> None:
        """Remove every job in the open transaction."""
        _ours(connection).execute("DELETE FROM procrastinate_jobs")

    def apply_schema(self) -> None:
        """Create Procrastinate's schema unless it is there; processes that start at once wait in line."""
        with self.sync.pool.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
            if connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone() == (None,):
                connection.execute(SchemaManager.get_schema())

    def requeue_orphans(self) -> int:
        """Put running jobs back in line whose worker was killed, or has not been heard of for long."""
        arguments = {
            "stalled": _STALLED,
            "just_now": _JUST_NOW,
            "presence": _PRESENCE,
            "max_attempts": MAX_ATTEMPTS,
        }
        return len(self.sync.execute_query_all(_REQUEUE_ORPHANS, **arguments))

    def failed(self, limit: int) -> list[Row]:
        """Return the failed jobs, the latest first."""
        return self.sync.execute_query_all(_FAILED, limit=limit)

    def heartbeats(self) -> list[Row]:
        """Return what is known of each worker, the one heard of last first."""
        return self.sync.execute_query_all(_HEARTBEATS)

    def oldest_due(self) -> list[Row]:
        """Return the waiting job that is due for the longest, if there is one."""
        return self.sync.execute_query_all(_OLDEST_DUE)

    def is_idle(self) -> bool:
        """Say whether no job is running and none that waits is due."""
        return not self.sync.execute_query_all(_BUSY)

    def close(self) -> None:
        """Close the pool of the synchronous calls."""
        self.sync.close()


class _Lock:
    """An advisory lock on a connection of its own: the server lets go when the worker's process ends."""

    def __init__(self, connector: PsycopgConnector) -> None:
        self._connector = connector
        self._held: Any = None  # Any: a psycopg.AsyncConnection; the store is the one door to psycopg.

    async def vouch(self, worker_id: int) -> None:
        """Take the lock, unless it is taken."""
        if self._held is None:
            with wrap_exceptions():
                self._held = await self._connector.pool.getconn()
                await self._held.set_autocommit(True)
                await self._held.execute("SELECT pg_try_advisory_lock(%s, %s)", (_PRESENCE, worker_id))

    async def renew(self, worker_id: int) -> None:
        """Take the lock anew if the server let go of it."""
        if self._held is not None and not await self._is_alive():
            await self.leave()
        await self.vouch(worker_id)

    async def leave(self) -> None:
        """Let go of the lock."""
        if self._held is not None:
            held, self._held = self._held, None
            await held.close()
            await self._connector.pool.putconn(held)

    async def _is_alive(self) -> bool:
        try:
            with wrap_exceptions():
                await self._held.execute("SELECT true")
        except exceptions.ConnectorException:
            return False
        return True


def _ours(connection: object) -> _Connection:
    if not isinstance(connection, _Connection):
        raise TypeError(f"the queue needs a psycopg.Connection, not a {type(connection).__name__}")
    return connection


def _pulled(connection: _Connection, job: JobDeferrer) -> bool:
    """Make the waiting job of the queueing lock due now, if there is one, and hold its row until the end."""
    if job.job.queueing_lock is None:
        return False
    waiting = connection.execute(_LOCK_WAITING, {"queueing_lock": job.job.queueing_lock}).fetchone()
    if waiting is None:
        return False
    connection.execute(_PULL, {"id": waiting[0], "priority": job.job.priority})
    connection.execute(_WAKE)
    return True


def _inserted(connection: _Connection, jobs: Wanted) -> bool:
    """Write the jobs, unless another transaction just wrote a twin of one; ours goes on in either case."""
    if not jobs:
        return True
    manager = jobs[0][0].job_manager
    connection.execute("SAVEPOINT feedsvc_defer")
    try:
        manager.batch_defer_jobs([job.make_new_job(**arguments) for job, arguments in jobs], connection)
    except exceptions.AlreadyEnqueued:
        connection.execute("ROLLBACK TO SAVEPOINT feedsvc_defer")
        return False
    connection.execute("RELEASE SAVEPOINT feedsvc_defer")
    return True
