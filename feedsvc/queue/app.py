"""The queue as the rest of feedsvc sees it: enqueue by task name, run the worker, look after dead letters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import procrastinate
from procrastinate import exceptions, signals, sql
from procrastinate.jobs import Job, JobDeferrer, Status
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from procrastinate.types import JSONValue

from feedsvc.errors import ConfigError, Conflict, NotFound, StoreError
from feedsvc.queue.backend import Backend, Gate
from feedsvc.queue.jobs import Jobs, is_readable
from feedsvc.queue.known import check_queries
from feedsvc.queue.postgresql import PostgresqlBackend
from feedsvc.queue.seen import DueJob, FailedJob, Heartbeat
from feedsvc.queue.sqlite import SqliteBackend

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
GRACEFUL_SECONDS = 8.0
STALLED_SECONDS = 60.0
_PAST = datetime(1970, 1, 1, tzinfo=UTC)


class Queue:
    """One open queue. Jobs run at least once: tasks are idempotent and take ids, not data.

    Every method raises StoreError where the database does not answer.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._jobs = JobManager(backend.sync)
        self.app = procrastinate.App(connector=backend.worker)
        self.app.job_manager = Jobs(backend.worker, backend.wake, backend.presence)

    def defer(
        self,
        connection: object,
        name: str,
        /,
        *,
        queueing_lock: str | None = None,
        lock: str | None = None,
        priority: int = 0,
        **kwargs: JSONValue,
    ) -> None:
        """Enqueue a task by name in the open transaction of a raw DBAPI connection: both commit, or neither.

        Jobs of one `lock` run one after the other, by priority, then in order. Where a job with the
        `queueing_lock` waits already it is made due now instead, and its own arguments stand; it cannot
        have started before the transaction commits.
        """
        job = self._job(connection, name, queueing_lock, lock, priority)
        with _store_errors(f"enqueue {name}"):
            self._backend.enqueue(connection, job, kwargs)

    def defer_all(
        self, connection: object, name: str, wanted: Mapping[str, Mapping[str, JSONValue]], /
    ) -> None:
        """Do as `defer` for many jobs of a task, given by the name of both locks of each: its arguments."""
        jobs = [(self._job(connection, name, lock, lock, 0), arguments) for lock, arguments in wanted.items()]
        if jobs:
            with _store_errors(f"enqueue {name}"):
                self._backend.enqueue_all(connection, jobs)

    def apply_schema(self) -> None:
        """Create the queue's tables where they are missing; idempotent."""
        with _store_errors("create its tables"):
            self._backend.apply_schema()

    def requeue_orphans(self) -> int:
        """Put running jobs back in line whose worker is gone; return how many.

        On SQLite that is every running job: call it at the start of the one worker, never beside it. On
        PostgreSQL it may be called at any time. A job that was running at its worker's end ten times
        is set aside as failed.
        """
        with _store_errors("put orphaned jobs back"):
            return self._backend.requeue_orphans()

    def failed(self, limit: int = 100) -> list[FailedJob]:
        """Return the dead letters, the latest first."""
        with _store_errors("list its failed jobs"):
            rows = self._backend.failed(limit)
        return [
            FailedJob(row["id"], row["task_name"], _told(row["args"]), row["attempts"], row["at"])
            for row in rows
        ]

    def retry(self, job_id: int) -> None:
        """Put a dead letter back in line, due now; NotFound, or Conflict where it has not failed."""
        with _store_errors(f"retry job {job_id}"):
            jobs = self._jobs.list_jobs(id=job_id)
            if not jobs:
                raise NotFound("job", str(job_id))
            if jobs[0].status != Status.FAILED.value:
                raise Conflict(f"job {job_id} is {jobs[0].status}: only a failed job can be tried again")
            try:
                self._jobs.retry_job_by_id(job_id, retry_at=_PAST)
            except exceptions.UniqueViolation as error:
                raise Conflict(
                    f"job {job_id} is not needed: another that does the same work waits"
                ) from error

    def jobs(self) -> list[Job]:
        """Return every job that waits or runs, and the dead letters: for another queue to adopt."""
        kept = (Status.TODO.value, Status.DOING.value, Status.FAILED.value)
        with _store_errors("list its jobs"):
            return [job for job in self._jobs.list_jobs() if job.status in kept]

    def adopt(self, connection: object, jobs: Iterable[Job]) -> None:
        """Enqueue the jobs of another queue in the open transaction of a raw DBAPI connection.

        What waited or ran there waits here; dead letters stay dead, under new numbers. A job whose
        arguments nobody can read is left behind.
        """
        readable = filter(is_readable, jobs)
        with _store_errors("adopt jobs"):
            # The dead first: a job that waits may have taken over the queueing lock of one of them.
            for job in sorted(readable, key=lambda job: job.status != Status.FAILED.value):
                deferrer = configure_task(
                    name=job.task_name,
                    job_manager=self._jobs,
                    queueing_lock=job.queueing_lock,
                    lock=job.lock,
                    priority=job.priority,
                    schedule_at=job.scheduled_at,
                    connection=connection,
                )
                if job.status == Status.FAILED.value:
                    self._bury(connection, deferrer.defer(**job.task_kwargs))
                else:
                    self._backend.enqueue(connection, deferrer, job.task_kwargs)

    def clear(self, connection: object) -> None:
        """Remove every job, in the open transaction of a raw DBAPI connection."""
        with _store_errors("remove its jobs"):
            self._backend.clear(connection)

    def _bury(self, connection: object, job_id: int) -> None:
        self._backend.sync.execute_query_all_with_connection(
            connection, sql.queries["finish_job"], job_id=job_id, status=Status.FAILED.value, delete_job=False
        )

    def counts(self) -> dict[str, int]:
        """Return how many jobs there are by status; successful ones are not kept."""
        with _store_errors("count its jobs"):
            rows = self._backend.sync.execute_query_all(sql.queries["count_jobs_status"])
        found = {row["status"]: row["count"] for row in rows}
        return {
            status.value: found.get(status.value, 0) for status in Status if status is not Status.ABORTING
        }

    def heartbeats(self) -> list[Heartbeat]:
        """Return the workers, the one heard of last first; times are by the database's clock alone."""
        with _store_errors("look for its workers"):
            rows = self._backend.heartbeats()
        return [Heartbeat(row["id"], _duration(row["silent_ms"])) for row in rows]

    def oldest_due(self) -> DueJob | None:
        """Return the job that is due for the longest and not begun; times are by the database's clock."""
        with _store_errors("look for due jobs"):
            rows = self._backend.oldest_due()
        return next((DueJob(row["id"], row["task_name"], _duration(row["late_ms"])) for row in rows), None)

    def idle(self) -> bool:
        """Say whether no job is running and none that waits is due."""
        with _store_errors("look for work"):
            return self._backend.is_idle()

    def close(self) -> None:
        """Close the connections of every thread; no other call may be under way."""
        self._backend.close()

    def _job(
        self, connection: object, name: str, queueing_lock: str | None, lock: str | None, priority: int
    ) -> JobDeferrer:
        return configure_task(
            name=name,
            job_manager=self._jobs,
            queueing_lock=queueing_lock,
            lock=lock,
            priority=priority,
            connection=connection,
        )

    async def run_worker(
        self,
        *,
        concurrency: int,
        wait: bool = True,
        install_signal_handlers: bool = True,
        graceful_seconds: float = GRACEFUL_SECONDS,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        """Run jobs, `concurrency` at a time, until cancellation, SIGTERM or SIGINT, which call `on_stop`.

        The jobs that are running then end first; those that have not after `graceful_seconds` are asked
        to abort (a coroutine is cancelled, a function sees `context.should_abort()`). Without `wait` it
        returns once nothing is due.
        StoreError where the end of a job could not be written: start again, after `requeue_orphans`.
        """
        # Tasks that are plain functions run in the loop's default pool, which may be too small.
        pool = ThreadPoolExecutor(concurrency, thread_name_prefix="job")
        asyncio.get_running_loop().set_default_executor(pool)
        with _store_errors("run its jobs"):
            async with self.app.open_async():
                work = asyncio.create_task(
                    self.app.run_worker_async(
                        concurrency=concurrency,
                        wait=wait,
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=graceful_seconds,
                        fetch_job_polling_interval=POLL_SECONDS,
                        update_heartbeat_interval=HEARTBEAT_SECONDS,
                        stalled_worker_timeout=STALLED_SECONDS,
                        delete_jobs="successful",
                    )
                )
                await (_until_signal(work, on_stop) if install_signal_handlers else work)


async def _until_signal(work: asyncio.Task[None], on_stop: Callable[[], None]) -> None:
    """Wait for the end of the work, which SIGTERM and SIGINT ask for."""
    asked = False

    def ask() -> None:
        nonlocal asked
        asked = True
        on_stop()
        work.cancel()

    with signals.on_stop(ask):
        try:
            await work
        except asyncio.CancelledError:
            if not asked:
                raise


def open_queue(store_url: str, gate: Gate | None) -> Queue:
    """Open the queue in the store's database; nothing is read or written yet.

    On SQLite all writes go through `gate`. ConfigError where the installed Procrastinate is not the
    one we know, or the URL names no database that we do.
    """
    check_queries()
    scheme, _, rest = store_url.partition("://")
    if scheme == "sqlite":
        if gate is None:
            raise ValueError("a queue in SQLite needs the store's write gate")
        return Queue(SqliteBackend(Path(rest.removeprefix("/")), gate))
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        return Queue(PostgresqlBackend(f"postgresql://{rest}"))
    raise ConfigError([f"database.url: {scheme}: is not known; use sqlite:///path or postgresql://host/name"])


def _told(arguments: JSONValue) -> Mapping[str, JSONValue]:
    return arguments if isinstance(arguments, dict) else {"unreadable": arguments}


def _duration(ms: float) -> timedelta:
    return max(timedelta(milliseconds=ms), timedelta())


@contextmanager
def _store_errors(purpose: str) -> Iterator[None]:
    """Raise Procrastinate's database errors as our own."""
    try:
        yield
    except exceptions.ConnectorException as error:
        raise StoreError(f"the queue could not {purpose}: {error.__cause__ or error}") from error
