"""What happens without a request: time, tasks, and the worker process that runs them."""

from feedsvc.work.now import refresh_now
from feedsvc.work.worker import run

__all__ = ["refresh_now", "run"]
