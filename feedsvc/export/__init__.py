"""Publish to a folder, from which nginx or Caddy serve the same bytes at their own speed.

what is published ─ contents ─▶ files ─ folder ─▶ public/…  nginx/…  caddy/…
"""

from feedsvc.export.export import Target, export
from feedsvc.export.folder import Brought

__all__ = ["Brought", "Target", "export"]
