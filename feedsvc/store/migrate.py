"""Bring a database's tables to this version, and say how far behind or ahead it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_FOLDER = Path(__file__).parent / "migrations"


def head() -> str:
    """Return the revision that this version of feedsvc works with."""
    return _script().get_current_head() or ""


def revision(c: Connection) -> str | None:
    """Return the revision of a database, or None if it has no tables yet."""
    return MigrationContext.configure(c).get_current_revision()


def is_known(revision: str | None) -> bool:
    """Say whether this version of feedsvc has heard of a revision; of None (an empty database) it has."""
    return revision is None or revision in {script.revision for script in _script().walk_revisions()}


def newer(revision: str | None) -> str:
    """Return what to tell about a database of an unknown revision."""
    return (
        f"the database was made by a newer feedsvc (revision {revision}; this one knows up to {head()}): "
        "install that version, or restore a backup from before the upgrade"
    )


def upgrade(c: Connection) -> None:
    """Run every migration that is missing, inside the caller's transaction: all of them or none."""
    config = _config()
    config.attributes["connection"] = c
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
