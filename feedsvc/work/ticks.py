"""Let the clock in: one APScheduler thread that fires ticks; the database decides what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger


class Ticks:
    """Call `tick` at once and then every `every`, in one thread, never twice at a time.

    A tick that outlasts its time costs those that it overlaps, not the next one; one that raises is logged
    with its traceback (by APScheduler), and the next one still runs. Nothing durable is kept here. A clock
    that jumps, however far, costs no tick and brings none.
    """

    def __init__(self, every: timedelta, tick: Callable[[], None]) -> None:
        self._scheduler = _Steady(every, timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
        self._every = every
        self._tick = tick

    def start(self) -> None:
        """Start the thread."""
        self._scheduler.add_job(
            self._tick,
            _Every(self._every),
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """End the thread; a tick that is running ends first."""
        self._scheduler.shutdown(wait=True)


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types.
    """Due a while after now. APScheduler's own interval lists every time that a clock jumped over."""

    def __init__(self, every: timedelta) -> None:
        self._every = every

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + self._every


class _Steady(BackgroundScheduler):  # type: ignore[misc]  # APScheduler has no types.
    """A scheduler that a clock that goes back does not put to sleep until it has caught up."""

    def __init__(self, every: timedelta, **options: Any) -> None:  # Any: APScheduler's options.
        super().__init__(**options)
        self._every = every

    def _process_jobs(self) -> float | None:
        wait: float | None = super()._process_jobs()
        longest = self._every.total_seconds()
        if wait is None or wait <= longest:
            return wait
        for job in self.get_jobs():
            job.modify(next_run_time=datetime.now(UTC) + self._every)
        return longest
