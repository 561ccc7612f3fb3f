"""Make the feeds that nobody configured: of a tag, of an author."""

from __future__ import annotations

from feedsvc.model import Feed, Rule, Site


def tag_feed(site: Site, tag: str) -> Feed:
    """Return the feed of a tag, at `/tags/<tag>`."""
    return _derived(site, tag, path=f"/tags/{tag}", rule=Rule(tags=(tag,)))


def author_feed(site: Site, name: str) -> Feed:
    """Return the feed of an author, at `/authors/<name>`."""
    return _derived(site, name, path=f"/authors/{name}", rule=Rule(authors=(name,)))


def _derived(site: Site, name: str, *, path: str, rule: Rule) -> Feed:
    return Feed(
        # With a slash in it, it can be no configured feed's slug.
        slug=path.removeprefix("/"),
        title=f"{name} – {site.title}",
        path=path,
        language=site.language,
        rule=rule,
    )
