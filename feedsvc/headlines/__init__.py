"""Write a feed's headlines for other people's sites: as JSON, HTML, a page for a frame, a picture. Pure.

Selection ─ choose ─▶ Headlines ─ json | fragment | frame | badge ─▶ bytes
"""

from feedsvc.headlines.badge import badge
from feedsvc.headlines.document import CONTENT_TYPES, KINDS, SUFFIXES, body, path_of, read_path
from feedsvc.headlines.form import FIELDS, SCRIPT_LAYOUTS, TICKER, Form, read_form, served
from feedsvc.headlines.fragment import fragment
from feedsvc.headlines.frame import SCRIPT_HASH, STYLE_HASH, frame
from feedsvc.headlines.headline import RENDERER, Headline, Headlines, headlines
from feedsvc.headlines.height import height, rem
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
from feedsvc.headlines.snippets import Code, Place, Snippet, frame_padding, snippets
from feedsvc.headlines.strings import strings
from feedsvc.headlines.tag import element, fallback

__all__ = [
    "CONTENT_TYPES",
    "DEFAULTS",
    "FIELDS",
    "KINDS",
    "LAYOUTS",
    "RENDERER",
    "SCRIPT_HASH",
    "SCRIPT_LAYOUTS",
    "SHOWN",
    "STYLE_HASH",
    "SUFFIXES",
    "THEMES",
    "TICKER",
    "USED",
    "BadOption",
    "Code",
    "Form",
    "Headline",
    "Headlines",
    "Kind",
    "OEmbed",
    "Options",
    "Place",
    "Snippet",
    "badge",
    "body",
    "canonical",
    "element",
    "fallback",
    "fragment",
    "frame",
    "frame_padding",
    "framed",
    "headlines",
    "height",
    "json_list",
    "path_of",
    "read",
    "read_form",
    "read_path",
    "rem",
    "served",
    "settled",
    "snippets",
    "strings",
]
