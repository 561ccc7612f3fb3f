"""The shape that all commands share: examples first, the same options everywhere, did-you-mean."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from feedsvc.cli.output import remember

Examples = Sequence[tuple[str, str]]


def common_options() -> list[click.Parameter]:
    """Return the options that every command takes, wherever they stand on the line."""
    return [
        click.Option(
            ["--config", "config_file"],
            type=click.Path(path_type=Path),
            help="The configuration file; else FEEDSVC_CONFIG, else ./config.toml.",
            expose_value=False,
            callback=remember,
        ),
        click.Option(
            ["-v", "--verbose"], is_flag=True, help="Say more.", expose_value=False, callback=remember
        ),
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            help="Say nothing but data and errors.",
            expose_value=False,
            callback=remember,
        ),
    ]


json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")


class Command(click.Command):
    """A command whose help begins with examples."""

    def __init__(self, *args: Any, examples: Examples = (), **kwargs: Any) -> None:  # Any: click's own
        super().__init__(*args, **kwargs)
        self.params += common_options()
        self.examples = examples

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, examples, the help text and the options, in this order."""
        self.format_usage(ctx, formatter)
        _write_examples(self.examples, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)


class Group(click.Group):
    """A group of commands whose help begins with examples, and that knows what was meant."""

    command_class = Command

    def __init__(self, *args: Any, examples: Examples = (), **kwargs: Any) -> None:  # Any: click's own
        super().__init__(*args, **kwargs)
        self.params += common_options()
        self.examples = examples

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, examples, the help text, the commands and the options, in this order."""
        self.format_usage(ctx, formatter)
        _write_examples(self.examples, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the line names; a UsageError that suggests the nearest if there is none."""
        name, names = args[0], self.list_commands(ctx)
        if not name.startswith("-") and name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f"Did you mean “{close[0]}”?" if close else f"Try: {', '.join(names)}."
            ctx.fail(f"There is no command “{name}”. {hint}")
        return super().resolve_command(ctx, args)


class LateGroup(Group):
    """A group whose commands are loaded when they are needed.

    `late` says of each where it is, as `module:attribute`, and what it does, in one line.
    """

    def __init__(self, *, late: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:  # Any: click's own
        super().__init__(**kwargs)
        self._late = late

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, without loading one."""
        return sorted(self._late)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None if there is none of that name."""
        if cmd_name not in self._late:
            return None
        module, _, attribute = self._late[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101  # the table says so; the line tells mypy
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, without loading one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._late[name][1]) for name in self.list_commands(ctx)])


def group(name: str, examples: Examples) -> Callable[[Callable[[], None]], Group]:
    """Make a group of commands out of a function that has only a docstring."""
    return click.group(name, cls=Group, examples=examples)


def _write_examples(examples: Examples, formatter: click.HelpFormatter) -> None:
    if examples:
        with formatter.section("Examples"):
            formatter.write_dl(list(examples))
