"""Make a selection ready to be written, once for every format.

Writers rely on this: text is sendable, addresses are URIs, every item has a title and a link,
nothing that is there is empty. Like this no character of one item can break a feed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from feedsvc.formats.addresses import item_page, root
from feedsvc.formats.dates import in_utc
from feedsvc.formats.podcast import episodes, tidy_episode, tidy_podcast
from feedsvc.formats.text import iri, line, opening, sendable, uri
from feedsvc.model import Article, Enclosure, Feed, Image, Item, Link, Origin, Person, Selection, Site


@dataclass(frozen=True, slots=True)
class Tidied(Selection):
    """A selection in which everything is fit to be written."""


def tidy(selection: Selection) -> Tidied:
    """Return the selection with everything in it fit to be written; ValueError where an item is not.

    A tidied selection is returned as it is. Items keep their order and their ids.
    """
    if isinstance(selection, Tidied):
        return selection
    site = _site(selection.site)
    feed = _feed(selection.feed, site)
    items = tuple(tidy_item(item, site, feed.license) for item in selection.items)
    return Tidied(
        site=site,
        feed=feed,
        items=episodes(items) if feed.podcast else items,
        updated=in_utc(selection.updated),
        hubs=tuple(hub for hub in map(uri, selection.hubs) if hub),
        archive=selection.archive,
        withdrawn=selection.withdrawn,
    )


def tidy_one(frame: Tidied, item: Item) -> Item | None:
    """Return an item as it is in a tidy selection; None where that does not show it."""
    tidied = tidy_item(item, frame.site, frame.feed.license)
    return next(iter(episodes([tidied])), None) if frame.feed.podcast else tidied


def _site(site: Site) -> Site:
    return replace(
        site,
        url=root(site),
        title=line(site.title) or root(site),
        description=line(site.description),
        language=line(site.language),
        author=next(iter(_people((site.author,) if site.author else ())), None),
        rights=line(site.rights),
        license=uri(site.license),
        image=_image(site.image),
        icon=uri(site.icon),
        rsl=uri(site.rsl),
    )


def _feed(feed: Feed, site: Site) -> Feed:
    title = line(feed.title) or site.title
    podcast = tidy_podcast(feed.podcast) if feed.podcast else None
    return replace(
        feed,
        title=title,
        description=line(feed.description) or site.description or title,
        language=line(feed.language) or site.language,
        image=_image(feed.image) or (_image(Image(podcast.image)) if podcast else None) or site.image,
        license=uri(feed.license) or site.license,
        podcast=podcast,
    )


def tidy_item(item: Item, site: Site, license_: str = "") -> Item:
    """Return one item fit to be written; ValueError says why it is not.

    `license_` is that of what the feed's publisher writes: it is not for items that others wrote.
    """
    identity = (item.id if item.id.isprintable() else sendable(item.id)).strip()
    if not identity:
        raise ValueError("it has no id")
    published = in_utc(item.published)
    # Not by replace(), here and below: every item of every feed would pay twice as much.
    return Item(
        id=identity,
        source=item.source,
        guid=item.guid,
        slug=item.slug,
        article=_article(item, site, license_),
        published=published,
        updated=max(in_utc(item.updated), published),
        first_seen=item.first_seen,
        hash=item.hash,
        state=item.state,
        withdrawn_at=item.withdrawn_at,
        media=item.media,
        seq=item.seq,
        pk=item.pk,
    )


def _article(item: Item, site: Site, license_: str) -> Article:
    article = item.article
    summary = line(article.summary)
    title = line(article.title) or opening(summary) or item.published.date().isoformat()
    origin = _origin(article.origin) if article.origin else None
    return Article(
        title=title,
        content=sendable(article.content).strip(),
        # A summary that only repeats the title says nothing twice.
        summary="" if summary == title else summary,
        summary_written=article.summary_written,
        link=(uri(article.link) if article.link else "") or item_page(site, item),
        authors=_authors(article.authors, origin) if article.authors or origin else (),
        tags=_tags(article.tags),
        language=line(article.language or "") or None,
        image=_image(article.image),
        enclosures=_enclosures(article.enclosures) if article.enclosures else (),
        published=article.published,
        updated=article.updated,
        expires=article.expires,
        rights=line(article.rights) or (origin.rights if origin else ""),
        origin=origin,
        via=_links(article.via) if article.via else (),
        related=_links(article.related) if article.related else (),
        feeds=article.feeds,
        extra=article.extra,
        license=_license(article, license_ if origin is None else ""),
        episode=tidy_episode(article.episode) if article.episode else None,
    )


def _license(article: Article, own: str) -> str | None:
    return (uri(article.license) if article.license else "") or own or None


def _authors(authors: Iterable[Person], origin: Origin | None) -> tuple[Person, ...]:
    """Return who wrote it; where nobody is named, a republished article is its origin's, not ours."""
    named = _people(authors)
    if named or origin is None:
        return named
    return (Person(origin.title, url=origin.url),)


def _people(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple([person for person in map(_person, people) if person.name])


def _person(person: Person) -> Person:
    name = line(person.name)
    if name == person.name and not person.email and not person.url:
        return person
    return Person(
        name,
        _email(person.email) if person.email else None,
        (uri(person.url) if person.url else "") or None,
    )


def _email(email: str) -> str | None:
    # RFC 4287 §3.2.3 wants the bare address.
    address = line(email).removeprefix("mailto:")
    return address if "@" in address.strip("@") and " " not in address else None


@lru_cache(maxsize=1000)
def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    # Each format asks for them, and again when the item is corrected.
    first_spelling: dict[str, str] = {}
    for tag in map(line, tags):
        if tag:
            first_spelling.setdefault(tag.casefold(), tag)
    return tuple(first_spelling.values())


def _image(image: Image | None) -> Image | None:
    if image is None:
        return None
    url = uri(image.url)
    if not url:
        return None
    return Image(url, line(image.alt), line(image.credit), image.width, image.height)


def _enclosures(enclosures: Iterable[Enclosure]) -> tuple[Enclosure, ...]:
    tidied = (
        Enclosure(
            url=uri(enclosure.url),
            type=line(enclosure.type) or "application/octet-stream",
            length=max(enclosure.length, 0),
            title=line(enclosure.title),
            duration=enclosure.duration,
        )
        for enclosure in enclosures
    )
    return tuple(enclosure for enclosure in tidied if enclosure.url)


def _links(links: Iterable[Link]) -> tuple[Link, ...]:
    return tuple(Link(uri(link.url), line(link.title)) for link in links if uri(link.url))


def _origin(origin: Origin) -> Origin | None:
    url, feed_url = uri(origin.url or "") or None, uri(origin.feed_url or "") or None
    title = line(origin.title) or url or feed_url
    if title is None:
        return None
    return Origin(
        title=title,
        url=url,
        feed_url=feed_url,
        id=iri(origin.id or "") or feed_url or url,
        updated=in_utc(origin.updated) if origin.updated else None,
        rights=line(origin.rights),
    )
