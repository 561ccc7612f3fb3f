"""What happens without a request: time, tasks, and the worker process that runs them."""

from feedsvc.work.exporting import export_now
from feedsvc.work.now import refresh_now
from feedsvc.work.worker import run

__all__ = ["export_now", "refresh_now", "run"]
