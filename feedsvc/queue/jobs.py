"""Procrastinate's job manager, mended where a moment without the database would cripple a worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from datetime import datetime

from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager, NotificationCallback

from feedsvc.errors import StoreError
from feedsvc.queue.backend import Presence

RECOVERY_SECONDS = 1.0

log = logging.getLogger(__name__)


class Jobs(JobManager):
    """Read and write jobs for a worker.

    - A job that is to be tried again while another with its queueing lock already waits cannot go back
      to the line (Procrastinate raises, and the job keeps its lock for ever): it is dropped, since the
      other does the work.
    - Where the end of a job cannot be written the worker stops with StoreError at its next fetch; the
      next start puts the job back.
    - Heartbeat, listener and the look for jobs go on after an error (Procrastinate lets the first two die
      unnoticed, and the worker of the third), and a worker that ends needs no database for it.
    - `presence` tells other workers that this one lives, where there may be others: they take over the
      jobs of one that was killed at once, and not only when its heartbeat has been missed for long.
    - `wake` is a query that makes workers look for the job that waited for a lock; empty where they
      see every commit themselves.
    """

    def __init__(self, connector: BaseConnector, wake: str = "", presence: Presence | None = None) -> None:
        super().__init__(connector)
        self._wake = wake
        self._presence = presence
        self._lost: Exception | None = None

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Take the next job that may start; None where there is none."""
        if self._lost:
            error, self._lost = self._lost, None
            raise StoreError(f"the end of a job could not be written: {error}") from error
        try:
            if self._presence:
                await self._presence.vouch(worker_id)
            job = await super().fetch_job(queues, worker_id)
            while job is not None and not is_readable(job):
                await self._set_aside(job)
                job = await super().fetch_job(queues, worker_id)
            return job
        except (ConnectorException, StoreError) as error:
            # The next look is after the polling interval; what was taken and never answered is an orphan.
            log.warning('queue fetch=failed error="%s"', error.__cause__ or error)
            return None

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Put a job that failed back in line, unless another already waits to do its work."""
        try:
            await self._end(job, super().retry_job(job, retry_at, priority, queue, lock))
        except UniqueViolation:
            await self.finish_job(job, Status.FAILED, delete_job=True)

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Write how a job ended."""
        await self._end(job, super().finish_job(job, status, delete_job))

    async def unregister_worker(self, worker_id: int) -> None:
        """Say goodbye, or leave it to the others to notice."""
        try:
            if self._presence:
                await self._presence.leave()
            await super().unregister_worker(worker_id)
        except (ConnectorException, StoreError) as error:
            log.warning('queue farewell=failed error="%s"', error.__cause__ or error)

    async def update_heartbeat(self, worker_id: int) -> None:
        """Say that the worker lives, or try again at the next beat."""
        try:
            await super().update_heartbeat(worker_id)
            if self._presence:
                await self._presence.renew(worker_id)
        except (ConnectorException, StoreError) as error:
            log.warning('queue heartbeat=failed error="%s"', error)

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Tell of new jobs until cancelled; while that fails the worker only polls."""
        while True:
            try:
                return await super().listen_for_jobs(on_notification=on_notification, queues=queues)
            except ConnectorException as error:
                log.warning('queue listener=failed error="%s"', error.__cause__ or error)
                await asyncio.sleep(RECOVERY_SECONDS)

    async def _set_aside(self, job: Job) -> None:
        """Make a dead letter of a job that cannot be read: Procrastinate would neither run nor end it."""
        log.error("queue job=%s id=%s arguments=unreadable: it is set aside", job.task_name, job.id)
        await super().finish_job(job, Status.FAILED, delete_job=False)

    async def _end(self, job: Job, write: Coroutine[object, object, None]) -> None:
        try:
            await write
            if job.lock and self._wake:
                await self.connector.execute_query_async(self._wake)
        except UniqueViolation:
            raise
        except (ConnectorException, StoreError) as error:
            log.error('queue job=%s end=unwritten error="%s"', job.call_string, error)
            self._lost = error


def is_readable(job: Job) -> bool:
    """Say whether a job's arguments are what its task can be called with by name."""
    arguments: object = job.task_kwargs  # Whatever the row held: Procrastinate does not look.
    return isinstance(arguments, dict)
