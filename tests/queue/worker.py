"""Run a queue's worker inside a test until something has happened."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from feedsvc.queue import Queue

PATIENCE = 30.0


async def work_until(queue: Queue, reached: Callable[[], bool], *, concurrency: int = 4) -> None:
    """Work until `reached` says so; fail after PATIENCE seconds."""
    async with working(queue, concurrency=concurrency):
        await eventually(reached)


async def eventually(reached: Callable[[], bool]) -> None:
    """Wait until `reached` says so; fail after PATIENCE seconds."""
    async with asyncio.timeout(PATIENCE):
        while not reached():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def working(queue: Queue, *, concurrency: int = 4) -> AsyncIterator[None]:
    """Have a worker run during the block."""
    worker = asyncio.create_task(queue.run_worker(concurrency=concurrency, install_signal_handlers=False))
    try:
        yield
    finally:
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker


def work_off(queue: Queue, *, concurrency: int = 4) -> None:
    """Work until nothing is due."""
    asyncio.run(work_until(queue, queue.idle, concurrency=concurrency))
