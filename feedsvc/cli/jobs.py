"""The commands about background jobs: which failed for good, and try one again."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from feedsvc.cli.command import group, json_option
from feedsvc.cli.drawing import show_table
from feedsvc.cli.opened import opened
from feedsvc.cli.output import terminal, when


@group("jobs", examples=(("feedsvc jobs list", "the jobs that failed, after all their tries"),))
def job_commands() -> None:
    """Look after the background jobs."""


@job_commands.command("list", examples=(("feedsvc jobs list --json", "for programs"),))
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@json_option
def list_jobs(limit: int, as_json: bool) -> None:
    """List the jobs that failed for good, the latest first; the worker's log of that time says why."""
    speaker = terminal()
    with opened() as service:
        failed, counts = service.queue.failed(limit), service.queue.counts()
    if as_json:
        speaker.show_json({"failed": [asdict(job) for job in failed], "counts": counts})
        return
    rows = [
        (
            str(job.id),
            job.task,
            json.dumps(dict(job.args), ensure_ascii=False),
            str(job.attempts),
            when(job.at),
        )
        for job in failed
    ]
    if rows:
        show_table(("job", "task", "with", "tries", "failed at (UTC)"), rows)
    waiting = f"{counts['todo']} waiting, {counts['doing']} running, {counts['failed']} failed"
    advice = "; `feedsvc jobs retry JOB` tries one again" if rows else ""
    speaker.tell(f"{waiting}{advice}")


@job_commands.command("retry", examples=(("feedsvc jobs retry 12", "put job 12 back in line, due now"),))
@click.argument("job", type=click.IntRange(1))
def retry_job(job: int) -> None:
    """Try a failed job again; exit code 6 if there is no such job."""
    with opened() as service:
        service.queue.retry(job)
    terminal().tell(f"job {job} is in line again; a worker takes it at once")
