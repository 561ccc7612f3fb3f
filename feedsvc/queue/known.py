"""The named queries of Procrastinate that our SQLite connector answers; any other version is refused."""

from __future__ import annotations

from collections.abc import Iterable

import procrastinate
from procrastinate import sql

from feedsvc.errors import ConfigError

KNOWN = frozenset(
    {
        "cancel_job",
        "check_connection",
        "count_jobs_status",
        "defer_jobs",
        "defer_periodic_job",
        "delete_old_jobs",
        "fetch_job",
        "finish_job",
        "get_job_status",
        "list_jobs",
        "list_jobs_to_abort",
        "list_locks",
        "list_queues",
        "list_tasks",
        "listen_queue",
        "prune_stalled_workers",
        "register_worker",
        "retry_job",
        "select_stalled_jobs_by_heartbeat",
        "select_stalled_jobs_by_started",
        "unregister_worker",
        "update_heartbeat",
    }
)


def check_queries(names: Iterable[str] = sql.queries) -> None:
    """Raise ConfigError unless Procrastinate asks exactly the queries that we know."""
    found = frozenset(names)
    if found == KNOWN:
        return
    differences = [f"+{name}" for name in sorted(found - KNOWN)] + [
        f"-{name}" for name in sorted(KNOWN - found)
    ]
    raise ConfigError(
        [
            f"Procrastinate {procrastinate.__version__} asks other queries than feedsvc knows "
            f"({', '.join(differences)}): install the locked dependencies, procrastinate>=3.10,<3.11"
        ]
    )
