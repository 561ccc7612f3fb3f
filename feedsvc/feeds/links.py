"""Write a feed's Link header (RFC 8288)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from feedsvc import formats
from feedsvc.model import FORMATS, Format, Selection


def links(selection: Selection, format: Format) -> tuple[str, ...]:  # the word of the model
    """Return the values of the Link header of a feed in one format, every address absolute.

    Hubs and self come first, as some subscribers read no further (WebSub §4); then the page for people,
    the sibling formats, and what says how to embed its headlines (https://oembed.com, §4).
    """
    urls = formats.addresses(selection.site, selection.feed, selection.archive.page)
    siblings = [sibling for sibling in FORMATS if sibling != format]
    return (
        *(_link(formats.uri(hub), "hub") for hub in selection.hubs),
        _link(urls[format], "self"),
        *(_link(url, rel, _media_type(format)) for rel, url in formats.history_links(selection, format)),
        _link(urls["page"], "alternate", "text/html"),
        *(_link(urls[sibling], "alternate", _media_type(sibling)) for sibling in siblings),
        *_embed(selection, urls["page"]),
    )


def _embed(selection: Selection, page: str) -> Iterator[str]:
    if selection.feed.path.startswith("/feeds/") and not selection.archive.page:
        asked = f"{selection.site.url}/oembed?url={quote(page, safe='')}&format=json"
        yield _link(asked, "alternate", "application/json+oembed")


def _link(address: str, rel: str, media_type: str = "") -> str:
    value = f'<{address}>; rel="{rel}"'
    return f'{value}; type="{media_type}"' if media_type else value


def _media_type(format_: Format) -> str:
    return formats.CONTENT_TYPES[format_].partition(";")[0]
