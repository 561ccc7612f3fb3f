"""Load the configuration that a command was asked to use."""

from __future__ import annotations

from feedsvc import config
from feedsvc.cli.output import terminal
from feedsvc.config import Settings


def configured() -> Settings:
    """Return the settings, with the log as talkative as -v or --quiet asks for."""
    speaker = terminal()
    settings = config.load(speaker.config_file, config.environment())
    if not (speaker.verbose or speaker.quiet):
        return settings
    log = settings.log.model_copy(update={"level": "debug" if speaker.verbose else "warning"})
    return settings.model_copy(update={"log": log})
