"""Name every option, with its type, its default, its limits and its line of help."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from feedsvc.config import checks
from feedsvc.config.checks import duration
from feedsvc.config.podcast import PodcastSettings
from feedsvc.config.section import Address, Duration, Language, Names, Network, Origin, RslUse, Section
from feedsvc.config.server import ExportSettings, ServerSettings

__all__ = ["FOLDER", "KEYED", "NESTED", "SECTIONS", "Options", "Section", "Settings", "duration"]

FOLDER = "items"
"""The name of the folder source, in feeds' `sources` and everywhere else."""


class SiteSettings(Section):
    """The publication, as its feeds and pages introduce it."""

    url: Annotated[str, AfterValidator(checks.web_address)] = Field(
        default="", description="The public address; empty: made from server.host and server.port."
    )
    title: str = Field(
        default="feedsvc", min_length=1, description="The publication's name, on every feed and page."
    )
    description: str = Field(default="", description="One sentence about the publication.")
    language: Language = Field(
        default="en", min_length=2, description="The language of the publication, as in “en” or “de-CH”."
    )
    timezone: Annotated[str, AfterValidator(checks.time_zone)] = Field(
        default="UTC", description="The time zone of dates that are written without one."
    )
    author: str = Field(default="", description="Who is named where an item names nobody.")
    email: Annotated[str, AfterValidator(checks.mail_address)] = Field(
        default="", description="The newsroom's mail address, shown in feeds."
    )
    rights: str = Field(default="", description="The copyright line of every feed.")
    license: Address = Field(
        default="", description="The address of the licence of what you write; not of what you republish."
    )
    image: Address = Field(
        default="", description="The address of your logo, for feeds without one: PNG or JPEG."
    )
    icon: Address = Field(
        default="", description="The address of a small square picture for feeds: PNG, 64 pixels or more."
    )
    rsl: Address = Field(
        default="", description="The address of your terms for machines, a file of Really Simple Licensing."
    )
    rsl_permits: tuple[RslUse, ...] = Field(
        default=(), description="What machines may do with your items, in RSL's words, such as “search”."
    )
    rsl_prohibits: tuple[RslUse, ...] = Field(
        default=(), description="What machines may not do with them, such as “ai-train”."
    )


class DatabaseSettings(Section):
    """Where everything is kept."""

    url: Annotated[str, AfterValidator(checks.database_address)] = Field(
        default="sqlite:///data/feedsvc.db",
        repr=False,
        description="sqlite:///path (relative to this file), or postgresql://user:password@host/name.",
    )
    url_file: str = Field(
        default="", description="A file that holds the URL, so that its password need not stand here."
    )
    synchronous: Literal["full", "normal"] = Field(
        default="full", description="SQLite: “full” survives a power cut, “normal” is faster."
    )


class ItemsSettings(Section):
    """The folder of items."""

    path: Path = Field(default=Path("items"), description="The folder of your items, relative to this file.")
    watch: Literal["auto", "poll", "off"] = Field(
        default="auto", description="“auto”: at once, by the system; “poll”: network drives; “off”: no watch."
    )
    scan_seconds: float = Field(
        default=60.0, ge=1, le=86400, description="Seconds between two full looks at the folder."
    )
    subfolder_tags: bool = Field(
        default=True, description="Whether the subfolders that an item lies in become tags of it."
    )


class SourceSettings(Section):
    """One feed of somebody else's that is republished."""

    url: Annotated[str, AfterValidator(checks.fetch_address)] = Field(
        description="The address of the RSS or Atom feed to fetch."
    )
    title: str = Field(default="", description="Its name; empty: what the feed calls itself.")
    every: Duration = Field(
        default=timedelta(minutes=30), description="How often to fetch it: “90s”, “15m”, “2h”, “1d”."
    )
    tags: Names = Field(default=(), description="Tags that all its items get.")
    language: Language = Field(default="", description="The language of its items; empty: found out.")
    limit: int = Field(default=200, ge=1, le=5000, description="How many of its entries to take at a time.")
    enabled: bool = Field(default=True, description="Whether it is fetched at all.")
    content: Literal["full", "summary"] = Field(
        default="full", description="Republish the full content, or the summary alone."
    )


class FeedSettings(Section):
    """One feed that we publish: which items, in which order, how many."""

    title: str = Field(default="", description="Its name; empty: made from the site's title.")
    description: str = Field(default="", description="One sentence about it.")
    language: Language = Field(default="", description="Its language; empty: the site's.")
    sources: Names = Field(default=(), description="Only items of these sources; “items” is the folder.")
    tags: Names = Field(default=(), description="Only items that have one of these tags.")
    authors: Names = Field(default=(), description="Only items by one of these authors.")
    languages: tuple[Language, ...] = Field(default=(), description="Only items in one of these languages.")
    exclude_tags: Names = Field(default=(), description="No items that have one of these tags.")
    exclude_sources: Names = Field(default=(), description="No items of these sources.")
    text: str = Field(default="", description="Only items that contain all of these words.")
    order: Literal["published", "updated"] = Field(
        default="published", description="Newest first by “published” or by “updated”."
    )
    limit: int = Field(default=50, ge=1, le=500, description="How many items it holds.")
    content: Literal["full", "summary"] = Field(
        default="full", description="Carry the full content, or the summary alone."
    )
    ttl: int = Field(
        default=5, ge=1, le=1440, description="Minutes that a reader is asked to wait between two fetches."
    )
    image: Address = Field(default="", description="The address of its logo; empty: the site's.")
    license: Address = Field(
        default="", description="The address of its licence, where it is not the site's."
    )
    podcast: PodcastSettings | None = Field(
        default=None, description="What makes it a podcast; without this table it is none."
    )
    complete: bool = Field(
        default=False, description="Hold all items there are, whatever “limit” says, and have no archive."
    )
    tombstones: bool = Field(
        default=False,
        description="Tell of withdrawn items in Atom and JSON; validators warn of what they do not know.",
    )
    expire_withdrawn: bool = Field(
        default=False,
        description="Keep withdrawn items in RSS, empty and expired, for partners such as MSN.",
    )
    embed_origins: tuple[Origin, ...] = Field(
        default=(), description="Only these sites may embed its headlines, as “https://paper.example”."
    )
    redirect_to: Annotated[str, AfterValidator(checks.place)] = Field(
        default="", description="It has moved for good: to another feed's name, or to an address."
    )
    gone: bool = Field(default=False, description="It has ended for good: readers are told to stop asking.")


class ScheduleSettings(Section):
    """The clockwork."""

    tick_seconds: float = Field(
        default=1.0, ge=0.1, le=60, description="Seconds between two looks for work that is due."
    )
    refresh_every: Duration = Field(
        default=timedelta(minutes=30), description="How often to fetch a source that does not say “every”."
    )
    jitter: float = Field(
        default=0.1, ge=0, le=0.5, description="The part of an interval that is left to chance."
    )

    @property
    def tick(self) -> timedelta:
        """Return the time between two looks for work that is due."""
        return timedelta(seconds=self.tick_seconds)


class LimitSettings(Section):
    """What is too much."""

    item_html_bytes: int = Field(
        default=262_144, ge=1024, le=16_777_216, description="The longest HTML of one item, in bytes."
    )
    fetch_seconds: float = Field(
        default=20.0, ge=1, le=300, description="Seconds that one fetch may take in all."
    )
    fetch_bytes: int = Field(
        default=10_485_760, ge=1024, le=1_073_741_824, description="The largest answer to a fetch, in bytes."
    )
    redirects: int = Field(default=5, ge=0, le=20, description="How many redirects a fetch follows.")
    allow_networks: tuple[Network, ...] = Field(
        default=(), description="Private networks that sources may be fetched from, such as “10.0.0.0/8”."
    )
    check_networks: tuple[Network, ...] = Field(
        default=(), description="Private networks whose pages anybody may have checked at /embed/builder."
    )
    file_bytes: int = Field(
        default=1_048_576, ge=1024, le=67_108_864, description="The largest item file, in bytes."
    )


class LogSettings(Section):
    """What is written to the log, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="“debug”, “info”, “warning” or “error”."
    )
    format: Literal["auto", "logfmt", "json"] = Field(
        default="auto", description="“logfmt”, “json”, or “auto”: logfmt in a terminal, else JSON."
    )


class Options(Section):
    """Everything that config.toml may say."""

    site: SiteSettings = SiteSettings()
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    items: ItemsSettings = ItemsSettings()
    sources: Mapping[str, SourceSettings] = Field(default_factory=dict)
    feeds: Mapping[str, FeedSettings] = Field(default_factory=dict)
    schedule: ScheduleSettings = ScheduleSettings()
    limits: LimitSettings = LimitSettings()
    export: ExportSettings = ExportSettings()
    log: LogSettings = LogSettings()


class Settings(Options):
    """The options as the service uses them: paths and addresses are absolute, secrets are read."""

    folder: Path
    """Where the configuration file is: relative paths were taken from here."""
    file: Path | None = None
    """The configuration file, absolute; None where all is default or from the environment."""

    @property
    def database_url(self) -> str:
        """Return the URL of the database, with an absolute path and its secrets."""
        return self.database.url

    @property
    def database_path(self) -> Path | None:
        """Return the file of an SQLite database; None for any other database."""
        url, prefix = self.database.url, "sqlite:///"
        return Path(url.removeprefix(prefix)) if url.startswith(prefix) else None

    @property
    def items_path(self) -> Path:
        """Return the folder of items, absolute."""
        return self.items.path

    @property
    def export_path(self) -> Path | None:
        """Return the folder that is exported to, absolute; None where nothing is."""
        return Path(self.export.path) if self.export.path else None


KEYED: Mapping[str, type[Section]] = {"sources": SourceSettings, "feeds": FeedSettings}
SECTIONS: Mapping[str, type[Section]] = {
    "site": SiteSettings,
    "server": ServerSettings,
    "database": DatabaseSettings,
    "items": ItemsSettings,
    "sources": SourceSettings,
    "feeds": FeedSettings,
    "schedule": ScheduleSettings,
    "limits": LimitSettings,
    "export": ExportSettings,
    "log": LogSettings,
}

NESTED: Mapping[tuple[str, str], type[Section]] = {("feeds", "podcast"): PodcastSettings}
"""The tables inside a table."""
