"""Bring a database's tables to this version, and say how far behind or ahead it is.

What revisions there are is read from the names of their files, and what a database has from its one
row: Alembic itself is loaded only where a migration really runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
_TABLE = "alembic_version"


def known() -> list[str]:
    """Return the revisions that this version of feedsvc has heard of, the first one first."""
    return sorted(path.name[1:].partition("_")[0] for path in (_FOLDER / "versions").glob("m*_*.py"))


def head() -> str:
    """Return the revision that this version of feedsvc works with."""
    return known()[-1]


def revision(c: Connection) -> str | None:
    """Return the revision of a database, or None if it has no tables yet."""
    if not inspect(c).has_table(_TABLE):
        return None
    return c.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar_one_or_none()  # noqa: S608  # our own name


def is_known(revision: str | None) -> bool:
    """Say whether this version of feedsvc has heard of a revision; of None (an empty database) it has."""
    return revision is None or revision in known()


def newer(revision: str | None) -> str:
    """Return what to tell about a database of an unknown revision."""
    return (
        f"the database was made by a newer feedsvc (revision {revision}; this one knows up to {head()}): "
        "install that version, or restore a backup from before the upgrade"
    )


def upgrade(c: Connection, to: str = "head") -> None:
    """Run every migration that is missing, inside the caller's transaction: all of them or none."""
    # Late, because each process of the service would pay for Alembic, and hardly one ever migrates.
    from alembic import command  # noqa: PLC0415

    command.upgrade(script(c), to)


def script(c: Connection) -> Config:
    """Return what Alembic's own commands need to run our migrations in the transaction of a connection."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = c
    return config
