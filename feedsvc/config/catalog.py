"""Turn the settings into the model's words: the site and its feeds."""

from __future__ import annotations

from collections.abc import Mapping

from feedsvc.config.options import FeedSettings, Settings
from feedsvc.config.podcast import PodcastSettings
from feedsvc.model import Feed, Image, Person, Rule, Site
from feedsvc.podcast import Podcast

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
        license=written.license,
        image=_image(written.image),
        icon=written.icon,
        rsl=written.rsl,
        rsl_permits=written.rsl_permits,
        rsl_prohibits=written.rsl_prohibits,
    )


def feeds(settings: Settings) -> tuple[Feed, ...]:
    """Return the feeds that are published: `all`, which always exists, then the others in their order."""
    written = {ALL: FeedSettings(), **settings.feeds}
    gone = ended(settings)
    slugs = [ALL, *(slug for slug in written if slug != ALL and slug not in gone)]
    return tuple(_feed(slug, written[slug], settings) for slug in slugs)


def ended(settings: Settings) -> Mapping[str, str]:
    """Return the feeds that are published no more, and where each has moved to; empty where it is gone.

    A feed's name or an absolute address.
    """
    return {slug: each.redirect_to for slug, each in settings.feeds.items() if each.gone or each.redirect_to}


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
        image=_image(written.image),
        license=written.license,
        podcast=_podcast(written.podcast, settings) if written.podcast else None,
        complete=written.complete,
        tombstones=written.tombstones,
        expire_withdrawn=written.expire_withdrawn,
        embed_origins=written.embed_origins,
    )


def _image(address: str) -> Image | None:
    return Image(address) if address else None


def _podcast(written: PodcastSettings, settings: Settings) -> Podcast:
    author = written.author or settings.site.author or settings.site.title
    return Podcast(
        categories=tuple(tuple(each.split(" > ")) for each in written.category),
        explicit=written.explicit,
        image=written.image,
        author=author,
        owner=written.owner or author,
        email=written.email or settings.site.email,
        kind=written.type,
        guid=written.guid,
        locked=written.locked,
        funding=((written.funding, written.funding_text),) if written.funding else (),
        new_feed_url=written.new_feed_url,
        complete=written.complete,
        block=written.block,
        apple_verify=written.apple_verify,
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
