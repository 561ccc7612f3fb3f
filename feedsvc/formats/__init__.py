"""Turn selections into bytes: RSS 2.0, Atom 1.0, JSON Feed 1.1, and the lists around them. Pure."""

from feedsvc.formats.addresses import SUFFIXES, addresses, feed_id, item_page
from feedsvc.formats.check import check
from feedsvc.formats.delta import digests as entry_digests
from feedsvc.formats.delta import without as without_entries
from feedsvc.formats.document import brotlied, document, etag
from feedsvc.formats.findings import Finding
from feedsvc.formats.history import links as history_links
from feedsvc.formats.opml import opml
from feedsvc.formats.podcast_check import check_podcast
from feedsvc.formats.render import CONTENT_TYPES, RENDERER, Frame, RenderError, entry, frame, prepare, render
from feedsvc.formats.setting import Setting
from feedsvc.formats.sitemap import news_sitemap, sitemap, sitemap_index, sitemap_portions
from feedsvc.formats.text import path_uri, sendable, uri

__all__ = [
    "CONTENT_TYPES",
    "RENDERER",
    "SUFFIXES",
    "Finding",
    "Frame",
    "RenderError",
    "Setting",
    "addresses",
    "brotlied",
    "check",
    "check_podcast",
    "document",
    "entry",
    "entry_digests",
    "etag",
    "feed_id",
    "frame",
    "history_links",
    "item_page",
    "news_sitemap",
    "opml",
    "path_uri",
    "prepare",
    "render",
    "sendable",
    "sitemap",
    "sitemap_index",
    "sitemap_portions",
    "uri",
    "without_entries",
]
