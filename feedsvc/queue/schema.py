"""The queue's tables on SQLite: Procrastinate's own, less what only its PostgreSQL functions need.

Times are integer milliseconds since 1970, UTC. As on PostgreSQL the queue's clock is the database's:
`procrastinate_now`. `changed_at` is the time of the last change of status; it stands in for the
events table.
"""

from __future__ import annotations

_WORKERS = """
CREATE TABLE IF NOT EXISTS procrastinate_workers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    last_heartbeat INTEGER NOT NULL
)"""

_JOBS = """
CREATE TABLE IF NOT EXISTS procrastinate_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_name TEXT NOT NULL,
    task_name TEXT NOT NULL,
    priority INTEGER NOT NULL,
    lock TEXT,
    queueing_lock TEXT,
    args TEXT NOT NULL CHECK (json_valid(args) AND json_type(args) = 'object'),
    status TEXT NOT NULL DEFAULT 'todo'
        CHECK (status IN ('todo', 'doing', 'succeeded', 'failed', 'cancelled', 'aborted')),
    scheduled_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    abort_requested INTEGER NOT NULL DEFAULT 0,
    worker_id INTEGER,
    changed_at INTEGER NOT NULL,
    CHECK (NOT (status = 'todo' AND abort_requested))
)"""

_PERIODIC_DEFERS = """
CREATE TABLE IF NOT EXISTS procrastinate_periodic_defers (
    task_name TEXT NOT NULL,
    periodic_id TEXT NOT NULL,
    defer_timestamp INTEGER NOT NULL,
    PRIMARY KEY (task_name, periodic_id)
) WITHOUT ROWID"""

# The two unique indexes are the locks: one job at a time runs, or waits.
_INDEXES = (
    """
CREATE UNIQUE INDEX IF NOT EXISTS procrastinate_jobs_queueing_lock_idx_v1
    ON procrastinate_jobs (queueing_lock) WHERE status = 'todo'""",
    """
CREATE UNIQUE INDEX IF NOT EXISTS procrastinate_jobs_lock_idx_v1
    ON procrastinate_jobs (lock) WHERE status = 'doing'""",
    """
CREATE INDEX IF NOT EXISTS procrastinate_jobs_todo
    ON procrastinate_jobs (priority DESC, id) WHERE status = 'todo'""",
    """
CREATE INDEX IF NOT EXISTS procrastinate_jobs_todo_by_lock
    ON procrastinate_jobs (lock, priority, id) WHERE status = 'todo' AND lock IS NOT NULL""",
    """
CREATE INDEX IF NOT EXISTS procrastinate_jobs_todo_by_time
    ON procrastinate_jobs (scheduled_at) WHERE status = 'todo' AND scheduled_at IS NOT NULL""",
    """
CREATE INDEX IF NOT EXISTS procrastinate_jobs_doing
    ON procrastinate_jobs (worker_id) WHERE status = 'doing'""",
)

_NOW = """
CREATE VIEW IF NOT EXISTS procrastinate_now (ms) AS
    SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"""

# A job waits for its time, for the job that runs under its lock, and for those before it in the lock's line.
_READY = """
CREATE VIEW IF NOT EXISTS procrastinate_ready AS
    SELECT job.id, job.queue_name, job.priority FROM procrastinate_jobs AS job
    WHERE job.status = 'todo'
      AND (job.scheduled_at IS NULL OR job.scheduled_at <= (SELECT ms FROM procrastinate_now))
      AND (job.lock IS NULL OR (
        NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs AS running
            WHERE running.status = 'doing' AND running.lock = job.lock)
        AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs AS first
            WHERE first.status = 'todo' AND first.lock IS NOT NULL AND first.lock = job.lock
              AND (first.priority > job.priority
                   OR (first.priority = job.priority AND first.id < job.id)))))"""

DDL: tuple[str, ...] = (_WORKERS, _JOBS, _PERIODIC_DEFERS, *_INDEXES, _NOW, _READY)
"""Idempotent; each to be executed in its turn, in one transaction."""
