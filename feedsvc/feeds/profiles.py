"""Make the feeds that nobody configured: of a tag, an author, a language."""

from __future__ import annotations

from feedsvc.model import Feed, Rule, Site


def tag_feed(site: Site, tag: str) -> Feed:
    """Return the feed of a tag, at `/tags/<tag>`."""
    return _derived(site, tag, path=f"/tags/{tag}", rule=Rule(tags=(tag,)))


def author_feed(site: Site, name: str) -> Feed:
    """Return the feed of an author, at `/authors/<name>`."""
    return _derived(site, name, path=f"/authors/{name}", rule=Rule(authors=(name,)))


def language_feed(site: Site, language: str) -> Feed:
    """Return the feed of a language (BCP 47) and its regional forms, at `/languages/<language>`."""
    rule = Rule(languages=(language,))
    return _derived(site, language, path=f"/languages/{language}", rule=rule, language=language)


def _derived(site: Site, name: str, *, path: str, rule: Rule, language: str = "") -> Feed:
    return Feed(
        # With a slash in it, it can be no configured feed's slug.
        slug=path.removeprefix("/"),
        title=f"{name} – {site.title}",
        path=path,
        language=language or site.language,
        rule=rule,
    )
