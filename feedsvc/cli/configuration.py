"""The commands about the configuration: is it right, and what does it say."""

from __future__ import annotations

from dataclasses import asdict

from feedsvc import config
from feedsvc.cli import output
from feedsvc.cli.command import group, json_option
from feedsvc.cli.configured import configured
from feedsvc.cli.drawing import show_table
from feedsvc.cli.output import terminal


@group("config", examples=(("feedsvc config check", "say everything that is wrong, with line and column"),))
def config_commands() -> None:
    """Check and show the configuration."""


@config_commands.command(
    examples=(("feedsvc --config /etc/feedsvc.toml config check", "check another file"),),
)
@json_option
def check(as_json: bool) -> int:
    """Check the configuration; exit code 3 if it cannot be used."""
    speaker = terminal()
    try:
        settings = configured()
    except config.Misconfigured as error:
        if not as_json:
            raise
        speaker.show_json({"ok": False, "problems": [asdict(each) for each in error.complaints]})
        return output.BAD_CONFIG
    if as_json:
        speaker.show_json({"ok": True, "problems": []})
    else:
        feeds, sources = len(config.feeds(settings)), len(settings.sources)
        where = settings.file or "all defaults"
        speaker.tell(f"the configuration is right ({where}): {feeds} feeds, {sources} sources")
    return output.OK


@config_commands.command(
    examples=(
        ("feedsvc config show", "every option, its value, and where that comes from"),
        ("feedsvc config show | grep server", "one section"),
    ),
)
@json_option
def show(as_json: bool) -> None:
    """Show every option, its value, and where the value comes from; passwords as ***."""
    speaker = terminal()
    shown = config.show(speaker.config_file, config.environment())
    if as_json:
        speaker.show_json([asdict(each) for each in shown])
    else:
        show_table(("option", "value", "from"), [(each.option, each.value, each.origin) for each in shown])
