"""Where readers are known to understand our feeds otherwise, and why that is theirs to mend and not ours."""

from __future__ import annotations

from dataclasses import dataclass

ALL = ("*",)
"""Every item of every feed."""


@dataclass(frozen=True)
class Difference:
    """A reader, the formats and the field that it reads otherwise, on which items (by name), and why."""

    reader: str
    formats: tuple[str, ...]
    field: str
    items: tuple[str, ...]
    why: str


XML = ("rss", "atom")
TWICE = "it unescapes twice"
MEDIA = "media:content is an enclosure to it"
ROWAN, EXTRACTUS = "@rowanmanning/feed-parser", "@extractus/feed-extractor"

DIFFERENCES = (
    Difference("rss-parser", ("rss",), "tags", ALL, "a category with a domain is an object, its text in `_`"),
    Difference("rss-parser", ("atom",), "enclosures", ("sound", "papers", "agency"), "it knows those of RSS"),
    Difference("rss-parser", XML, "authors", ("authors",), "it names the first author"),
    Difference(ROWAN, ("atom",), "title", ("entities",), TWICE),
    Difference(ROWAN, XML, "content", ("markup", "entities", "rich"), TWICE),
    Difference(ROWAN, XML, "enclosures", ("rich",), MEDIA),
    Difference(EXTRACTUS, ("atom",), "title", ("entities",), TWICE),
    Difference(EXTRACTUS, ("atom",), "published", ("corrected",), "it shows when an entry was updated"),
    Difference(EXTRACTUS, ("rss", "atom", "json"), "link", ("elsewhere",), "it cuts the fragment off"),
    Difference(
        "node-feedparser", XML, "title", ("markup", "agency", "odd-tags"), "it strips what looks like a tag"
    ),
    Difference("node-feedparser", XML, "enclosures", ("rich",), MEDIA),
    Difference("node-feedparser", XML, "authors", ("authors",), "it names one author, of several the feed's"),
    Difference("podcastparser", ("rss",), "enclosures", ("rich",), MEDIA),
    Difference("sfeed", XML, "authors", ("authors",), "it has room for one author"),
    Difference("sfeed", ("atom",), "enclosures", ("papers",), "it has room for one enclosure"),
    Difference("newsboat", XML, "published", ("old",), "it keeps dates in 32 bits without a sign"),
    Difference("newsboat", ("atom",), "enclosures", ("papers",), "it has room for one enclosure"),
    Difference("XML::Feed", ("atom",), "enclosures", ("papers",), "it names the last enclosure"),
    Difference("rss2email", XML, "title", ("entities",), TWICE),
    Difference("rss2email", XML, "published", ("corrected",), "it shows when an entry was updated"),
)

UNREADABLE = {
    (EXTRACTUS, "none.atom"): "Unrecognized feed format",
}
"""The documents that a reader takes for no feed, with its words: here an Atom feed without entries."""
