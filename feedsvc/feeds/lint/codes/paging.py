"""The codes about paged, archived and complete feeds, RFC 5005 (F5xx)."""

from __future__ import annotations

from typing import Final

from feedsvc.feeds.lint.rule import Rule, error, info, warning

RULES: Final[dict[str, Rule]] = {
    "F501": error(
        "A complete feed has links to other pages",
        "fh:complete says that there are none (§2)",
        "Take out `fh:complete`, or the links",
    ),
    "F502": warning(
        "An archive page does not say which feed it belongs to",
        "A reader that finds it first subscribes to something that never changes (§4)",
        'Add a link `rel="current"`',
    ),
    "F503": info(
        "An archive page leads to no other page",
        "Readers cannot walk on from here (§4); validators warn",
        "Nothing, if it is the oldest page; else add `prev-archive` or `next-archive`",
    ),
    "F504": error(
        "The last page has a link to a next one, or the first to a previous one",
        "Readers go on past the end (§3)",
        "Leave out `next` on the last page, `previous` on the first",
    ),
    "F505": warning(
        "A link says `prev`",
        "RFC 5005's word is `previous`; readers of pages look for that",
        'Write `rel="previous"`',
    ),
    "F506": warning(
        "An item has a link that belongs to the feed",
        "Paging is about feeds; readers ignore it there",
        "Move it to the feed",
    ),
    "F507": error(
        "A page leads to itself",
        "Readers go round for ever",
        "Make every page's rel=self its own address, with its page number",
    ),
    "F508": warning(
        "There are several links of one kind to other pages",
        "Readers take one of them",
        "Keep one",
    ),
    "F510": error(
        "It is an archive page and complete at once",
        "These exclude each other (§2, §4)",
        "Keep one of `fh:archive` and `fh:complete`",
    ),
    "F511": error(
        "A page has another id or title than the feed that it continues",
        "Readers take it for another feed (§3)",
        "Give all pages the feed's id",
    ),
    "F512": warning(
        "An item is on several pages of an archive",
        "Readers show it twice",
        "Keep each item on one page",
    ),
    "F513": error(
        "Two pages that follow each other do not agree on it",
        "Readers that walk the other way miss pages",
        "`next-archive` of a page's prev-archive is that page",
    ),
}
