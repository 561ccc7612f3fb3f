"""Turn the settings into the model's words: the site and its feeds."""

from __future__ import annotations

from feedsvc.config.options import FeedSettings, Settings
from feedsvc.model import Feed, Person, Rule, Site

ALL = "all"


def site(settings: Settings) -> Site:
    """Return the publication; its author is named only if the settings name a person or a mail address."""
    written = settings.site
    named = written.author or written.email
    author = Person(written.author or written.title, written.email or None) if named else None
    return Site(
        url=settings.site.url,
        title=written.title,
        description=written.description,
        language=written.language,
        author=author,
        rights=written.rights,
        timezone=written.timezone,
    )


def feeds(settings: Settings) -> tuple[Feed, ...]:
    """Return the feeds that are published: `all`, which always exists, then the others in their order."""
    written = {ALL: FeedSettings(), **settings.feeds}
    slugs = [ALL, *(slug for slug in written if slug != ALL)]
    return tuple(_feed(slug, written[slug], settings) for slug in slugs)


def _feed(slug: str, written: FeedSettings, settings: Settings) -> Feed:
    name = slug.replace("-", " ").replace("_", " ").capitalize()
    title = settings.site.title if slug == ALL else f"{settings.site.title}: {name}"
    return Feed(
        slug=slug,
        title=written.title or title,
        path=f"/feeds/{slug}",
        description=written.description or (settings.site.description if slug == ALL else ""),
        language=written.language or settings.site.language,
        rule=_rule(slug, written),
        order=written.order,
        limit=written.limit,
        content=written.content,
        ttl=written.ttl,
    )


def _rule(slug: str, written: FeedSettings) -> Rule:
    return Rule(
        sources=written.sources,
        tags=written.tags,
        authors=written.authors,
        languages=written.languages,
        text=written.text,
        exclude_tags=written.exclude_tags,
        exclude_sources=written.exclude_sources,
        feed=slug,
    )
