"""The commands: everything that a person does with feedsvc in a terminal.

Data goes to standard output, talk to standard error; each reading command has `--json`.
"""

from feedsvc.cli.app import main, run

__all__ = ["main", "run"]
