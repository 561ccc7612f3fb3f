"""Look a page over: does it show our headlines, and if not, why not. Pure, and total on hostile pages."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import islice

from feedsvc.hostcheck import elements, loading
from feedsvc.hostcheck.finding import LEVELS, Finding, HostPage, Ours, Report
from feedsvc.hostcheck.reading import Facts, facts

MAX_CHARS = 2 * 1024 * 1024
MAX_FINDINGS = 40
MAX_LOOKED_AT = 200
"""Of what is found, before the worst is chosen."""

HIDDEN = {
    "comment": "The code stands in a comment: browsers do not see it.",
    "textarea": "The code stands in a text field, where it is text.",
    "escaped": "The code is shown as text: the page’s editor has taken it for words, not for HTML.",
}


def check(page: HostPage, ours: Ours) -> Report:
    """Return what is wrong with a page that is to show headlines of this site."""
    kind = page.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", ""):
        wrong = Finding("error", f"This is no web page, but {kind[:60]}.", "Give the address of a page.")
        return Report((wrong,), 0, 0)
    whole = HostPage(page.url, page.headers, page.text[:MAX_CHARS])
    found = facts(whole)
    told = list(dict.fromkeys(islice(_findings(whole, found, ours), MAX_LOOKED_AT)))
    told.sort(key=lambda each: LEVELS.index(each.level))
    return Report(tuple(told[:MAX_FINDINGS]), len(found.elements), len(found.frames))


def decode(body: bytes, content_type: str) -> str:
    """Return the text of a page; whatever its bytes are, what is read here is ASCII."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    named = re.search(r"charset=[\"']?([\w-]{1,40})", content_type, re.IGNORECASE)
    try:
        return body.decode(named[1] if named else "utf-8", "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def _findings(page: HostPage, found: Facts, ours: Ours) -> Iterator[Finding]:
    yield from _presence(found, ours)
    for element in found.elements:
        yield from elements.judge(element, ours)
    yield from loading.judge(page, found, ours)
    for name, count in found.ids.items():
        if count > 1:
            yield Finding(
                "warning",
                f"{count} elements have the id “{name[:40]}”: links and scripts find the first alone.",
                "Give each its own id, or none.",
            )


def _presence(found: Facts, ours: Ours) -> Iterator[Finding]:
    """Yield what is not there that should be."""
    for place, line in found.hidden:
        what = HIDDEN.get(place, f"The code stands in <{place}>, where it is text.")
        yield Finding(
            "error" if not found.elements else "hint", what,
            "Paste it where the page’s editor takes HTML: “custom HTML”, “embed” or “source”.", line,
        )  # fmt: skip
    is_loaded = bool(found.scripts) or found.is_loaded
    if found.elements and not is_loaded:
        yield Finding(
            "error", "The element is there, and the script is not: perhaps the page’s system has removed it.",
            "Add the script. Where scripts are removed, use the iframe.", found.elements[0].line,
            f'<script async src="{ours.site}{ours.script}"></script>',
        )  # fmt: skip
    if is_loaded and not found.elements:
        yield Finding(
            "error", "The script is there, and the element is not: perhaps the page’s system has removed it.",
            "Add <feed-headlines>. If the page makes it with a script of its own, all may be well: "
            "only the source is looked at here.", found.scripts[0].line if found.scripts else 0,
        )  # fmt: skip
    if not (found.elements or found.frames or is_loaded or found.hidden):
        yield Finding(
            "error", "Nothing of ours is in the source of this page.",
            "Copy a variant from above into it. If a script of the page makes it (React, a tag manager), "
            "it cannot be seen here.",
        )  # fmt: skip
    if len(found.scripts) > 1:
        yield Finding(
            "hint", f"The script is there {len(found.scripts)} times; once is enough for all elements.",
            "Keep one.", found.scripts[1].line,
        )  # fmt: skip
