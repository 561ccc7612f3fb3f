"""Name what may stand in published HTML, and open and close the two gates of nh3 around the cleaning.

    untrusted ─ admit ─▶ balanced HTML with the clues that cleaning needs ─ rewrite ─▶ gate ─▶ published

The second gate is the only sanitiser; nothing that it has not passed last is ever published.
"""

from __future__ import annotations

import re

import nh3

POLICY = 1
"""The version of the cleaning policy: it rises whenever `clean` gives another answer than before."""


def names(text: str) -> frozenset[str]:
    """Return the set of names in a text."""
    return frozenset(text.split())


EMPHASIS = names(
    "abbr b bdi bdo cite code del dfn em i ins kbd mark q ruby rp rt s samp small"
    " span strong sub sup time u var"
)
HEADINGS = names("h1 h2 h3 h4 h5 h6")
SECTIONS = names(
    "address article aside body center div fieldset footer form header hgroup html main nav section"
)
TABLE_PARTS = names("caption col colgroup tbody td tfoot th thead tr")
BLOCKS = (
    SECTIONS
    | HEADINGS
    | TABLE_PARTS
    | names("blockquote dd details dir dl dt figcaption figure hr li menu ol p pre summary table ul x-iframe")
)
"""Elements that stand on lines of their own; every other element runs within a line."""

UNSAFE = names(
    "applet base button embed form frame frameset iframe input link math meta object plaintext script select"
    " style svg template textarea xmp"
)
_READ_FIRST = names("base form frame frameset iframe input link meta")
"""Unsafe elements that are void, or that cleaning looks into before it drops them."""
_DROPPED = (UNSAFE - _READ_FIRST) | names("canvas datalist dialog map noembed noframes noscript title")
_CLUES = set(names("alt aria-hidden class dir height hidden id lang role style title width"))
_MEDIA_CLUES = {"src", "srcset", "poster", "type", "kind", "srclang", "label", "controls", "loading"}

_PUBLISHED = EMPHASIS | names(
    "a audio blockquote br caption dd details dl dt figcaption figure h2 h3 h4 h5 h6 hr img li ol p pre"
    " source summary table tbody td tfoot th thead tr track ul video wbr div"
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "audio": {"controls", "src"},
    "del": {"datetime"},
    "dfn": {"title"},
    "img": {"alt", "height", "src", "title", "width"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"reversed", "start"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "poster", "src", "width"},
}
"""What each published element may carry; URLs among them are http(s), in `a` also mailto."""

_ADMITTED = (
    _PUBLISHED
    | BLOCKS - {"html", "body"}
    | {"acronym", "amp-img", "big", "font", "h1", "input", "picture", "x-noscript", "strike", "tt"}
)
_ADMITTED_ATTRIBUTES = {
    **ATTRIBUTES,
    "*": _CLUES,
    "x-iframe": {"src"},
    "input": {"type", "checked"},
    **{
        name: ATTRIBUTES.get(name, set()) | _MEDIA_CLUES
        for name in ("amp-img", "audio", "img", "source", "video")
    },
}

_admission = nh3.Cleaner(
    tags=set(_ADMITTED),
    clean_content_tags=set(_DROPPED),
    attributes=_ADMITTED_ATTRIBUTES,
    generic_attribute_prefixes={"data-"},
    link_rel=None,
)
_last_gate = nh3.Cleaner(
    tags=set(_PUBLISHED),
    clean_content_tags=set(_DROPPED),
    attributes=ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)

_START_TAG = re.compile(r"<([a-zA-Z][^\s/<>]*)([^<>]*)")
_HANDLER = re.compile(r"[\s\"'/](on[a-z]+)\s*=", re.IGNORECASE)
_SCRIPT_URL = re.compile(r"[\s\"'/](href|src|action)\s*=\s*[\"']?\s*(?:javascript|vbscript):", re.IGNORECASE)


def admit(html: str) -> str:
    """Return the HTML as browsers understand it, balanced, without scripts and their like.

    Classes, styles and data attributes are still there: cleaning reads them.
    """
    return _admission.clean(html)


def gate(html: str) -> str:
    """Return what the policy lets pass: the last step before HTML is stored or sent."""
    return _last_gate.clean(html)


def removed(html: str) -> tuple[str, ...]:
    """Name the unsafe elements and attributes that cleaning takes out, each once, in order.

    Meant for a warning to the author; what is merely tidied (classes, styles, wrappers) is not named.
    """
    names: dict[str, None] = {}
    for match in _START_TAG.finditer(html):
        name, rest = match[1].lower(), match[2]
        # The checkboxes of a task list are kept as signs.
        if name in UNSAFE and not (name == "input" and "checkbox" in rest):
            names[name] = None
        for handler in _HANDLER.finditer(rest):
            names[handler[1].lower()] = None
        for link in _SCRIPT_URL.finditer(rest):
            names[f"{link[1].lower()}=javascript:"] = None
    return tuple(names)
