"""Workers and jobs as they are after a while, for tests: the queue's clock is the database's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from procrastinate.jobs import Status
from sqlalchemy import text

from feedsvc.queue import Queue
from feedsvc.service import Service

MILLISECONDS = {
    "sqlite": "{column} - {ms}",
    "postgresql": "{column} - interval '{ms} milliseconds'",
}


def register_worker(queue: Queue) -> None:
    """Have a worker say that it lives, and then nothing more."""

    async def story() -> None:
        async with queue.app.open_async():
            await queue.app.job_manager.register_worker()

    asyncio.run(story())


def fail_job(service: Service, name: str) -> None:
    """Have a job of this task run, and fail for good."""
    defer(service, name)

    async def story() -> None:
        async with service.queue.app.open_async():
            jobs = service.queue.app.job_manager
            worker = await jobs.register_worker()
            job = await jobs.fetch_job(queues=None, worker_id=worker)
            assert job is not None
            await jobs.finish_job(job, Status.FAILED, delete_job=False)
            await jobs.unregister_worker(worker)

    asyncio.run(story())


def defer(service: Service, name: str) -> None:
    """Put a job of this task in line."""
    with service.store.write() as tx:
        service.queue.defer(tx.raw, name)


def pass_time(service: Service, by: timedelta) -> None:
    """Have everything in the queue happened so much earlier."""
    dialect = service.store.dialect
    job = ("procrastinate_jobs", "changed_at") if dialect == "sqlite" else ("procrastinate_events", "at")
    with service.store.write() as tx:
        for table, column in (
            ("procrastinate_workers", "last_heartbeat"),
            ("procrastinate_jobs", "scheduled_at"),
            job,
        ):
            earlier = MILLISECONDS[dialect].format(column=column, ms=by // timedelta(milliseconds=1))
            tx.connection.execute(text(f"UPDATE {table} SET {column} = {earlier}"))
