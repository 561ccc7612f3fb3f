"""The command line as a whole: help, exit codes, plain words instead of tracebacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from feedsvc import __version__
from feedsvc.cli.app import COMMANDS
from feedsvc.cli.app import feedsvc as commands
from feedsvc.cli.command import Command as Shape
from feedsvc.cli.command import Group
from tests.cli.conftest import Command


def leaves(
    group: click.Group = commands, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command, name
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


def test_every_command_has_examples_at_the_top_of_its_help(feedsvc: Command) -> None:
    for path, command in leaves():
        assert isinstance(command, (Shape, Group))
        assert command.examples, path
        done = feedsvc(*path, "--help")
        assert done.code == 0
        assert done.out.splitlines()[2] == "Examples:", path
        for line, _ in command.examples:
            assert line.split("feedsvc")[-1].split()[0] in done.out


def test_the_list_of_commands_says_what_each_ones_own_help_says() -> None:
    context = click.Context(commands)
    for name, (_, line) in COMMANDS.items():
        command = commands.get_command(context, name)
        assert command
        assert str(command.help).startswith(line.removesuffix(".")), name


def test_examples_name_commands_that_there_are() -> None:
    known = {" ".join(path) for path, _ in leaves()}
    for _, command in leaves():
        for line, _ in command.examples:  # type: ignore[attr-defined]  # checked above
            words = line.split("feedsvc", 1)[1].replace("--config /etc/feedsvc.toml", "").split()
            assert " ".join(words[:2]) in known or words[0] in known, line


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [(("serv",), "serve"), (("items", "lst"), "list"), (("feed",), "feeds"), (("config", "shw"), "show")],
)
def test_a_mistyped_command_is_answered_with_the_nearest(
    feedsvc: Command, arguments: tuple[str, ...], hint: str
) -> None:
    done = feedsvc(*arguments)
    assert done.code == 2
    assert f"Did you mean “{hint}”?" in done.err


def test_a_wrong_configuration_is_code_3_with_a_caret(feedsvc: Command, newsroom: Path) -> None:
    (newsroom / "config.toml").write_text("[feeds.news]\nlimit = 5000\n")
    done = feedsvc("feeds", "list")
    assert done.code == 3
    assert done.out == ""
    assert done.err == (
        "config.toml:2:9: feeds.news.limit: must be between 1 and 500, got 5000; try 50\n"
        "    2 | limit = 5000\n"
        "      |         ^^^^\n"
    )


def test_the_common_options_stand_anywhere(feedsvc: Command, newsroom: Path) -> None:
    other = newsroom / "other.toml"
    other.write_text("[server]\nport = 0\n")
    assert feedsvc("--config", str(other), "config", "check").code == 3
    assert feedsvc("config", "--config", str(other), "check").code == 3
    assert feedsvc("config", "check", "--config", str(other)).code == 3
    assert feedsvc("config", "check").code == 0
    assert feedsvc("config", "check", "--quiet").err == ""


def test_version_says_which(feedsvc: Command) -> None:
    assert feedsvc("version").out == f"feedsvc {__version__}\n"
    assert feedsvc("--version").out == f"feedsvc {__version__}\n"
    assert feedsvc("version", "--json").json["feedsvc"] == __version__


def test_config_show_is_stable_json(feedsvc: Command, newsroom: Path) -> None:
    shown = {each["option"]: each for each in feedsvc("config", "show", "--json").json}
    assert shown["site.title"]["value"] == '"Test News"'
    assert shown["site.title"]["origin"] == "config.toml:2"
    assert set(shown["site.title"]) == {"option", "value", "origin", "help"}


def test_config_check_tells_programs_everything(feedsvc: Command, newsroom: Path) -> None:
    (newsroom / "config.toml").write_text("[server]\nport = 0\nhots = 1\n")
    done = feedsvc("config", "check", "--json")
    assert done.code == 3
    assert [(each["option"], each["line"]) for each in done.json["problems"]] == [
        ("server.port", 2),
        ("server.hots", 3),
    ]
