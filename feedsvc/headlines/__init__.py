"""Write a feed's headlines for other people's sites: as JSON, HTML, a page for a frame, a picture. Pure.

Selection ─ choose ─▶ Headlines ─ json | fragment | frame | badge ─▶ bytes
"""

from feedsvc.headlines.badge import badge
from feedsvc.headlines.document import CONTENT_TYPES, KINDS, SUFFIXES, body, path_of, read_path
from feedsvc.headlines.fragment import fragment
from feedsvc.headlines.frame import SCRIPT_HASH, STYLE_HASH, frame
from feedsvc.headlines.headline import RENDERER, Headline, Headlines, headlines
from feedsvc.headlines.jsonlist import json_list
from feedsvc.headlines.oembed import OEmbed, framed
from feedsvc.headlines.options import (
    DEFAULTS,
    LAYOUTS,
    SHOWN,
    THEMES,
    USED,
    BadOption,
    Kind,
    Options,
    canonical,
    read,
    settled,
)
from feedsvc.headlines.strings import strings

__all__ = [
    "CONTENT_TYPES",
    "DEFAULTS",
    "KINDS",
    "LAYOUTS",
    "RENDERER",
    "SCRIPT_HASH",
    "SHOWN",
    "STYLE_HASH",
    "SUFFIXES",
    "THEMES",
    "USED",
    "BadOption",
    "Headline",
    "Headlines",
    "Kind",
    "OEmbed",
    "Options",
    "badge",
    "body",
    "canonical",
    "fragment",
    "frame",
    "framed",
    "headlines",
    "json_list",
    "path_of",
    "read",
    "read_path",
    "settled",
    "strings",
]
