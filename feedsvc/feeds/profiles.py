"""Make the feeds that nobody configured: of a tag, of an author, of a language, of a search."""

from __future__ import annotations

from dataclasses import replace

from feedsvc.model import Feed, Rule, Site


def tag_feed(site: Site, tag: str) -> Feed:
    """Return the feed of a tag, at `/tags/<tag>`."""
    return _derived(site, tag, path=f"/tags/{tag}", rule=Rule(tags=(tag,)))


def author_feed(site: Site, name: str) -> Feed:
    """Return the feed of an author, at `/authors/<name>`."""
    return _derived(site, name, path=f"/authors/{name}", rule=Rule(authors=(name,)))


def language_feed(site: Site, language: str) -> Feed:
    """Return the feed of a language, at `/languages/<language>`; that of `en` holds `en-GB` too."""
    made = _derived(site, language, path=f"/languages/{language}", rule=Rule(languages=(language,)))
    return replace(made, language=language)


def search_feed(site: Site, words: str) -> Feed:
    """Return the feed of the items that hold all of these words, at `/search/<words>`."""
    return _derived(site, f"“{words}”", path=f"/search/{words}", rule=Rule(text=words))


def _derived(site: Site, name: str, *, path: str, rule: Rule) -> Feed:
    return Feed(
        # With a slash in it, it can be no configured feed's slug.
        slug=path.removeprefix("/"),
        title=f"{name} – {site.title}",
        path=path,
        language=site.language,
        rule=rule,
    )
