"""What each command loads: a light one starts at once, and every process pays only for what it uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = frozenset(
    [
        "alembic",
        "bs4",
        "feedgen",
        "feedparser",
        "flask",
        "granian",
        "lxml",
        "mako",
        "nh3",
        "numpy",
        "procrastinate",
        "psycopg",
        "py3langid",
        "pycurl",
        "pydantic",
        "rich",
        "sqlalchemy",
        "watchfiles",
        "yaml",
    ]
)


def loaded(code: str, *arguments: str) -> set[str]:
    """Run some code in a new process; return the modules that it has loaded by its end."""
    script = f"import sys\n{code}\nsys.stdout.write('\\n' + ' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("line", ["version", "--version", "--help", "serv"])
def test_a_light_command_loads_no_heavy_library(line: str) -> None:
    assert not loaded(f"from feedsvc.cli import run\nrun(['{line}'])") & HEAVY


def test_a_look_at_the_configuration_loads_nothing_of_the_service(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    code = "from feedsvc.cli import run\nrun(['config', 'check', '--config', sys.argv[1]])"
    assert loaded(code, str(tmp_path / "config.toml")) & HEAVY == {"pydantic", "rich"}


def test_a_database_of_this_version_is_opened_without_the_means_to_migrate_it(tmp_path: Path) -> None:
    code = (
        "from datetime import UTC, datetime\n"
        "from feedsvc.store import Store, meta\n"
        "store = Store(f'sqlite:///{sys.argv[1]}', clock=lambda: datetime.now(UTC))\n"
        "store.upgrade()\n"
        "assert store.check() == []\n"
        "with store.write() as tx: meta.put(tx.connection, 'a', 'b')\n"
        "store.close()"
    )
    path = str(tmp_path / "feedsvc.db")
    assert "alembic" in loaded(code, path)
    again = loaded(code, path)
    assert not again & {"alembic", "mako", "psycopg"}
    assert "sqlalchemy.dialects.postgresql" not in again
