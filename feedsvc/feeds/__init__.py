"""Say what is in a feed, where it is, and whether it has changed; the rules, not the searching. Pure."""

from feedsvc.feeds.fingerprint import entry_version, fingerprint, is_versioned
from feedsvc.feeds.links import links
from feedsvc.feeds.profiles import author_feed, language_feed, search_feed, tag_feed
from feedsvc.feeds.select import matches, takers
from feedsvc.formats import addresses

__all__ = [
    "addresses",
    "author_feed",
    "entry_version",
    "fingerprint",
    "is_versioned",
    "language_feed",
    "links",
    "matches",
    "search_feed",
    "tag_feed",
    "takers",
]
