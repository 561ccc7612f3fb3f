"""What each of Procrastinate's named queries is on SQLite."""

from __future__ import annotations

from dataclasses import dataclass

from feedsvc.queue.backend import Row


@dataclass(frozen=True, slots=True)
class Statement:
    """A query: steps that run in one transaction; its answer is the rows of all of them.

    `guard` is a cheap read: where it finds nothing the steps would not either, and no write is begun.
    `otherwise` is the answer where there are no rows; `refusal` the error instead.
    """

    steps: tuple[str, ...]
    writes: bool = True
    guard: str = ""
    otherwise: tuple[Row, ...] = ()
    refusal: str = ""


def reads(step: str, *otherwise: Row) -> Statement:
    """Return a statement that only reads."""
    return Statement((step,), writes=False, otherwise=otherwise)


def _stats(column: str) -> Statement:
    """Count the jobs of each value of a column, in all and by status."""
    return reads(
        """
        SELECT name, sum(jobs) AS jobs_count, json_group_object(status, jobs) AS stats
        FROM (
            SELECT {column} AS name, status, count(*) AS jobs FROM procrastinate_jobs
            WHERE {column} IS NOT NULL
              AND (:queue_name IS NULL OR queue_name = :queue_name)
              AND (:task_name IS NULL OR task_name = :task_name)
              AND (:status IS NULL OR status = :status)
              AND (:lock IS NULL OR lock = :lock)
            GROUP BY {column}, status)
        GROUP BY name ORDER BY name""".replace("{column}", column)
    )


_NO_JOB: Row = {"id": None}

READY_JOB = """
    SELECT id FROM procrastinate_ready
    WHERE :queues IS NULL OR queue_name IN (SELECT value FROM json_each(:queues))
    ORDER BY priority DESC, id LIMIT 1"""

_DEFER_JOBS = Statement(
    (
        """
        INSERT INTO procrastinate_jobs
            (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at, changed_at)
        SELECT value ->> 'queue_name', value ->> 'task_name', value ->> 'priority', value ->> 'lock',
               value ->> 'queueing_lock', value -> 'args', value ->> 'scheduled_at', ms
        FROM json_each(:jobs), procrastinate_now WHERE true
        RETURNING id""",
    )
)

_DEFER_PERIODIC_JOB = Statement(
    (
        """
        INSERT INTO procrastinate_jobs
            (queue_name, task_name, priority, lock, queueing_lock, args, changed_at)
        SELECT :queue, :task_name, :priority, :lock, :queueing_lock, :args, ms
        FROM procrastinate_now
        WHERE NOT EXISTS (
            SELECT 1 FROM procrastinate_periodic_defers
            WHERE task_name = :task_name AND periodic_id = :periodic_id
              AND defer_timestamp >= :defer_timestamp)
        RETURNING id""",
        """
        INSERT INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (:task_name, :periodic_id, :defer_timestamp)
        ON CONFLICT DO UPDATE SET defer_timestamp = max(defer_timestamp, excluded.defer_timestamp)""",
    ),
    otherwise=(_NO_JOB,),
)

_FETCH_JOB = Statement(
    (
        """
        UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = :worker_id, changed_at = (SELECT ms FROM procrastinate_now)
        WHERE id = ({ready})
        RETURNING *""".replace("{ready}", READY_JOB),
    ),
    guard=READY_JOB,
    otherwise=(_NO_JOB,),
)

_FINISH_JOB = Statement(
    (
        """
        UPDATE procrastinate_jobs
        SET status = :status, attempts = attempts + (status = 'doing'), abort_requested = 0,
            changed_at = (SELECT ms FROM procrastinate_now)
        WHERE NOT :delete_job AND id = :job_id AND status IN ('todo', 'doing')
        RETURNING id""",
        """
        DELETE FROM procrastinate_jobs
        WHERE :delete_job AND id = :job_id AND status IN ('todo', 'doing')
        RETURNING id""",
    ),
    refusal="there is no such job, or it does neither wait nor run",
)

_RETRY_JOB = Statement(
    (
        """
        UPDATE procrastinate_jobs
        SET status = 'todo', attempts = attempts + 1, scheduled_at = :retry_at, abort_requested = 0,
            priority = coalesce(:new_priority, priority),
            queue_name = coalesce(:new_queue_name, queue_name),
            lock = coalesce(:new_lock, lock),
            changed_at = (SELECT ms FROM procrastinate_now)
        WHERE id = :job_id AND (status = 'failed' OR (status = 'doing' AND NOT abort_requested))
        RETURNING id""",
        # A job that was to be aborted is not tried again.
        """
        UPDATE procrastinate_jobs
        SET status = 'failed', changed_at = (SELECT ms FROM procrastinate_now)
        WHERE id = :job_id AND status = 'doing' AND abort_requested
        RETURNING id""",
    ),
    refusal="there is no such job, or it has neither failed nor is it running",
)

_CANCEL_JOB = Statement(
    (
        "DELETE FROM procrastinate_jobs WHERE :delete_job AND id = :job_id AND status = 'todo' RETURNING id",
        """
        UPDATE procrastinate_jobs
        SET status = CASE status WHEN 'todo' THEN 'cancelled' ELSE status END, abort_requested = :abort,
            changed_at = CASE status WHEN 'todo' THEN (SELECT ms FROM procrastinate_now) ELSE changed_at END
        WHERE id = :job_id AND (status = 'todo' OR (:abort AND status = 'doing'))
        RETURNING id""",
    ),
    otherwise=(_NO_JOB,),
)

_DELETE_OLD_JOBS = Statement(
    (
        """
        DELETE FROM procrastinate_jobs
        WHERE status IN (SELECT value FROM json_each(:statuses))
          AND (:queue IS NULL OR queue_name = :queue)
          AND changed_at < (SELECT ms FROM procrastinate_now) - :nb_hours * 3600000""",
    )
)

_STALLED_BY_HEARTBEAT = reads(
    """
    SELECT * FROM procrastinate_jobs AS job
    WHERE status = 'doing'
      AND (:queue IS NULL OR queue_name = :queue)
      AND (:task_name IS NULL OR task_name = :task_name)
      AND NOT EXISTS (
        SELECT 1 FROM procrastinate_workers AS worker
        WHERE worker.id = job.worker_id
          AND last_heartbeat >= (SELECT ms FROM procrastinate_now) - :seconds_since_heartbeat * 1000)"""
)

_STALLED_BY_STARTED = reads(
    """
    SELECT *, changed_at AS started_at FROM procrastinate_jobs
    WHERE status = 'doing'
      AND (:queue IS NULL OR queue_name = :queue)
      AND (:task_name IS NULL OR task_name = :task_name)
      AND changed_at < (SELECT ms FROM procrastinate_now) - :nb_seconds * 1000"""
)

_LIST_JOBS = reads(
    """
    SELECT * FROM procrastinate_jobs
    WHERE (:id IS NULL OR id = :id)
      AND (:queue_name IS NULL OR queue_name = :queue_name)
      AND (:task_name IS NULL OR task_name = :task_name)
      AND (:status IS NULL OR status = :status)
      AND (:lock IS NULL OR lock = :lock)
      AND (:queueing_lock IS NULL OR queueing_lock = :queueing_lock)
      AND (:worker_id IS NULL OR worker_id = :worker_id)
    ORDER BY id"""
)

_JOBS_TO_ABORT = reads(
    """
    SELECT id FROM procrastinate_jobs
    WHERE status = 'doing' AND abort_requested AND (:queue_name IS NULL OR queue_name = :queue_name)"""
)

NAMED: dict[str, Statement] = {
    "cancel_job": _CANCEL_JOB,
    "check_connection": reads(
        """SELECT name AS "check" FROM sqlite_master WHERE name = 'procrastinate_jobs'""", {"check": None}
    ),
    "count_jobs_status": reads("SELECT count(*) AS count, status FROM procrastinate_jobs GROUP BY status"),
    "defer_jobs": _DEFER_JOBS,
    "defer_periodic_job": _DEFER_PERIODIC_JOB,
    "delete_old_jobs": _DELETE_OLD_JOBS,
    "fetch_job": _FETCH_JOB,
    "finish_job": _FINISH_JOB,
    "get_job_status": reads("SELECT status FROM procrastinate_jobs WHERE id = :job_id"),
    "list_jobs": _LIST_JOBS,
    "list_jobs_to_abort": _JOBS_TO_ABORT,
    "list_locks": _stats("lock"),
    "list_queues": _stats("queue_name"),
    "list_tasks": _stats("task_name"),
    "prune_stalled_workers": Statement(
        (
            """
            DELETE FROM procrastinate_workers
            WHERE last_heartbeat < (SELECT ms FROM procrastinate_now) - :seconds_since_heartbeat * 1000
            RETURNING id AS worker_id""",
        )
    ),
    "register_worker": Statement(
        (
            """
            INSERT INTO procrastinate_workers (last_heartbeat) SELECT ms FROM procrastinate_now
            RETURNING id AS worker_id""",
        )
    ),
    "retry_job": _RETRY_JOB,
    "select_stalled_jobs_by_heartbeat": _STALLED_BY_HEARTBEAT,
    "select_stalled_jobs_by_started": _STALLED_BY_STARTED,
    "unregister_worker": Statement(("DELETE FROM procrastinate_workers WHERE id = :worker_id",)),
    "update_heartbeat": Statement(
        (
            """
            UPDATE procrastinate_workers SET last_heartbeat = (SELECT ms FROM procrastinate_now)
            WHERE id = :worker_id""",
        )
    ),
}
"""By Procrastinate's name. `listen_queue` is not here: PRAGMA data_version stands in for LISTEN."""
