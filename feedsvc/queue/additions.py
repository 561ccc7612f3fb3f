"""What the queue asks of SQLite beyond Procrastinate's named queries."""

from __future__ import annotations

from feedsvc.queue.schema import DDL
from feedsvc.queue.statements import READY_JOB, Statement, reads

CREATE = Statement(DDL)

CLEAR = Statement(("DELETE FROM procrastinate_jobs",))

PULL = Statement(
    (
        """
        UPDATE procrastinate_jobs
        SET scheduled_at = min(scheduled_at, (SELECT ms FROM procrastinate_now)),
            priority = max(priority, :priority)
        WHERE queueing_lock = :queueing_lock AND status = 'todo'""",
    )
)
"""Make the waiting job of a queueing lock due now; min(NULL, …) is NULL, which is due already."""

REQUEUE_ORPHANS = Statement(
    (
        # Only one job may wait with a queueing lock: it will do the work of the others.
        """
        DELETE FROM procrastinate_jobs AS orphan
        WHERE status = 'doing' AND queueing_lock IS NOT NULL AND EXISTS (
            SELECT 1 FROM procrastinate_jobs AS twin
            WHERE twin.queueing_lock = orphan.queueing_lock
              AND (twin.status = 'todo' OR (twin.status = 'doing' AND twin.id < orphan.id)))""",
        """
        UPDATE procrastinate_jobs
        SET status = 'failed', attempts = attempts + 1, worker_id = NULL,
            changed_at = (SELECT ms FROM procrastinate_now)
        WHERE status = 'doing' AND (abort_requested OR attempts + 1 >= :max_attempts)""",
        """
        UPDATE procrastinate_jobs
        SET status = 'todo', attempts = attempts + 1, worker_id = NULL, scheduled_at = NULL,
            changed_at = (SELECT ms FROM procrastinate_now)
        WHERE status = 'doing'
        RETURNING id""",
        "DELETE FROM procrastinate_workers",
    )
)
"""Everything that runs is an orphan: to be asked by the one worker before it starts."""

FAILED = reads(
    """
    SELECT id, task_name, args, attempts, changed_at AS at FROM procrastinate_jobs
    WHERE status = 'failed' ORDER BY changed_at DESC, id DESC LIMIT :limit"""
)

BUSY = reads(
    """
    SELECT 1 AS busy FROM procrastinate_jobs
    WHERE status = 'doing'
       OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= (SELECT ms FROM procrastinate_now)))
    LIMIT 1"""
)

NEWS = reads(
    """
    SELECT EXISTS ({ready}) AS ready,
           (SELECT json_group_array(id) FROM procrastinate_jobs
            WHERE status = 'doing' AND abort_requested) AS aborts,
           (SELECT min(scheduled_at) FROM procrastinate_jobs
            WHERE status = 'todo' AND scheduled_at > ms) - ms AS wait
    FROM procrastinate_now""".replace("{ready}", READY_JOB)
)
"""What a listening worker must know: whether a job may start, which are to be aborted, and in how many
milliseconds the next one is due."""

HEARTBEATS = reads(
    """
    SELECT id, ms - last_heartbeat AS silent_ms FROM procrastinate_workers, procrastinate_now
    ORDER BY last_heartbeat DESC, id"""
)

OLDEST_DUE = reads(
    """
    SELECT id, task_name, ms - max(coalesce(scheduled_at, 0), changed_at) AS late_ms
    FROM procrastinate_jobs, procrastinate_now
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= ms)
    ORDER BY late_ms DESC, id LIMIT 1"""
)
"""The job that is due for the longest: since its time, or since it was put in line if that was later."""
