"""Where items come from: a folder of files, and other people's feeds.

files ─ Folder.look ─▶ Look          what is new, changed, renamed, removed or broken
Watch ─ wait ─▶ it is time to look
address ─ fetch ─▶ Refreshed         the arrivals of an upstream feed, or that nothing changed
"""

from __future__ import annotations

from feedsvc.sources.folder import Folder, FolderRules, Look
from feedsvc.sources.problems import describe
from feedsvc.sources.upstream import Refreshed, UpstreamRules, fetch
from feedsvc.sources.watch import Watch

__all__ = [
    "Folder",
    "FolderRules",
    "Look",
    "Refreshed",
    "UpstreamRules",
    "Watch",
    "describe",
    "fetch",
]
