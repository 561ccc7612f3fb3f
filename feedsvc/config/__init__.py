"""Turn config.toml and the environment into frozen, checked settings.

    config.toml ─┐
                 ├─ merge ─ check ─▶ Settings ─ site, feeds ─▶ the model's Site and Feeds
    FEEDSVC_… ───┘

Whatever is wrong is said at once, each problem with its file, line, column and what to write instead.
"""

from feedsvc.config.catalog import ALL, ended, feeds, site
from feedsvc.config.complaints import Complaint, Misconfigured, toml_text
from feedsvc.config.load import child_environment, environment, export, load
from feedsvc.config.options import (
    FOLDER,
    NESTED,
    SECTIONS,
    DatabaseSettings,
    FeedSettings,
    ItemsSettings,
    LimitSettings,
    LogSettings,
    ScheduleSettings,
    Settings,
    SiteSettings,
    SourceSettings,
    duration,
)
from feedsvc.config.server import ExportSettings, ServerSettings
from feedsvc.config.show import Shown, show

__all__ = [
    "ALL",
    "FOLDER",
    "NESTED",
    "SECTIONS",
    "Complaint",
    "DatabaseSettings",
    "ExportSettings",
    "FeedSettings",
    "ItemsSettings",
    "LimitSettings",
    "LogSettings",
    "Misconfigured",
    "ScheduleSettings",
    "ServerSettings",
    "Settings",
    "Shown",
    "SiteSettings",
    "SourceSettings",
    "child_environment",
    "duration",
    "ended",
    "environment",
    "export",
    "feeds",
    "load",
    "show",
    "site",
    "toml_text",
]
