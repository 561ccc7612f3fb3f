"""Let the clock in: one APScheduler thread that fires ticks; the database decides what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler


class Ticks:
    """Call `tick` at once and then every `every`, in one thread, never twice at a time.

    A tick that outlasts its time costs those that it overlaps, not the next one; one that raises is logged
    with its traceback (by APScheduler), and the next one still runs. Nothing durable is kept here.
    """

    def __init__(self, every: timedelta, tick: Callable[[], None]) -> None:
        self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
        self._every = every
        self._tick = tick

    def start(self) -> None:
        """Start the thread."""
        self._scheduler.add_job(
            self._tick,
            "interval",
            seconds=self._every.total_seconds(),
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """End the thread; a tick that is running ends first."""
        self._scheduler.shutdown(wait=True)
