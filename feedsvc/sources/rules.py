"""What a folder source is told about itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FolderRules:
    """Where a folder's files are, and what its articles take from the site when they do not say."""

    source: str
    root: Path
    site_url: str
    """Without a trailing slash; media beside items are served below `<site_url>/media/<source>/`."""
    timezone: str
    """Of dates without a zone."""
    language: str
    subfolder_tags: bool
    """Whether the folders that a file lies in become tags."""
    feeds: tuple[str, ...] = ()
    """The slugs of the configured feeds: an item that names another is told so; none: any will do."""
    max_file_bytes: int = 1_048_576
    max_html_bytes: int = 262_144
