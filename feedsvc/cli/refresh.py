"""The refresh command: look at the folder and fetch the sources now, instead of on schedule."""

from __future__ import annotations

import click

from feedsvc import logs
from feedsvc.cli import output
from feedsvc.cli.command import Command, json_option
from feedsvc.cli.configured import configured
from feedsvc.cli.output import counted, terminal
from feedsvc.ingest import Outcome
from feedsvc.service import open_service, prepare
from feedsvc.work import refresh_now


@click.command(
    cls=Command,
    examples=(
        ("feedsvc refresh", "look at items/ and fetch every source, now"),
        ("feedsvc refresh agency", "fetch one source"),
    ),
)
@click.argument("source", required=False)
@json_option
def refresh(source: str | None, as_json: bool) -> int:
    """Refresh the sources now and publish what changed; exit code 5 if one of them failed."""
    speaker, settings = terminal(), configured()
    logs.configure("debug" if speaker.verbose else "error", settings.log.format)
    prepare(settings)
    service = open_service(settings)
    outcomes: list[Outcome] = []
    try:
        for outcome in refresh_now(service, source):
            outcomes.append(outcome)
            if not as_json:
                speaker.show(_told(outcome))
    finally:
        service.close()
    if as_json:
        speaker.show_json([_fields(outcome) for outcome in outcomes])
    return output.BAD_SOURCES if any(outcome.error for outcome in outcomes) else output.OK


def _fields(outcome: Outcome) -> dict[str, object]:
    return {
        "source": outcome.source,
        "new": outcome.new,
        "changed": outcome.changed,
        "withdrawn": outcome.withdrawn,
        "unchanged": outcome.unchanged,
        "problems": outcome.problems,
        "held": outcome.held,
        "error": outcome.error,
    }


def _told(outcome: Outcome) -> str:
    if outcome.error:
        return f"{outcome.source}: failed: {outcome.error}"
    told = [
        f"{number} {word}"
        for number, word in (
            (outcome.new, "new"),
            (outcome.changed, "changed"),
            (outcome.withdrawn, "withdrawn"),
            (outcome.unchanged, "unchanged"),
            (outcome.held, "held back"),
        )
        if number
    ]
    if outcome.problems:
        told.append(f"{counted(outcome.problems, 'problem')}, see `feedsvc check`")
    return f"{outcome.source}: {', '.join(told) or 'nothing there'}"
