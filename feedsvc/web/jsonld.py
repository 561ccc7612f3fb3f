"""Describe the site and its items to search engines: schema.org's types as JSON-LD. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from feedsvc import formats
from feedsvc.model import Article, Image, Item, Person, Site
from feedsvc.web import words

MAX_HEADLINE = 110
CONTEXT = "https://schema.org"

Facts = Mapping[str, object]


def news_article(item: Item, site: Site, url: str, text: str) -> Facts:
    """Return the NewsArticle of an item whose page is at `url` and whose content is `text` without markup.

    What is not known is left out. The site's own image never stands for an item's: search engines
    want one that belongs to the text.
    """
    article = item.article
    minutes = words.reading_minutes(text)
    facts = {
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "url": url,
        "identifier": item.id,
        "headline": article.title[:MAX_HEADLINE],
        "description": article.summary,
        "datePublished": words.iso(item.published),
        "dateModified": words.iso(item.updated),
        "expires": words.iso(article.expires) if article.expires else None,
        "inLanguage": article.language or site.language,
        "keywords": list(article.tags),
        "articleSection": article.tags[0] if article.tags else None,
        "wordCount": words.word_count(text),
        "timeRequired": f"PT{minutes}M" if minutes else None,
        "author": [_person(person, site) for person in article.authors] or [_author_of_none(article, site)],
        "publisher": _publisher(site),
        "image": [_image(article.image)] if article.image else None,
        "isAccessibleForFree": True,
        "isBasedOn": formats.uri(article.link) if article.origin and article.link else None,
        "copyrightNotice": article.rights or site.rights,
        "license": article.license,
    }
    return {"@context": CONTEXT, **_known(facts)}


def website(site: Site) -> Facts:
    """Return the WebSite that all news is, and the organization that publishes it."""
    facts = {
        "@type": "WebSite",
        "@id": f"{site.url}/#website",
        "url": f"{site.url}/",
        "name": site.title,
        "description": site.description,
        "inLanguage": site.language,
        "publisher": _publisher(site),
        "license": site.license,
    }
    return {"@context": CONTEXT, **_known(facts)}


def _publisher(site: Site) -> Facts:
    logo = _image(site.image) if site.image else _known({"@type": "ImageObject", "url": site.icon})
    facts = {
        "@type": "NewsMediaOrganization",
        "@id": f"{site.url}/#publisher",
        "name": site.title,
        "url": f"{site.url}/",
        "logo": logo if "url" in logo else None,
    }
    return _known(facts)


def _person(person: Person, site: Site) -> Facts:
    page = site.url + formats.path_uri(f"/authors/{person.name}")
    elsewhere = formats.uri(person.url) if person.url else None
    return _known({"@type": "Person", "name": person.name, "url": page, "sameAs": elsewhere})


def _author_of_none(article: Article, site: Site) -> Facts:
    """Name who answers for an item that names nobody: where it was published first, else this site."""
    origin = article.origin
    if origin is None:
        return _known({"@type": "NewsMediaOrganization", "name": site.title, "url": f"{site.url}/"})
    home = formats.uri(origin.url) if origin.url else None
    return _known({"@type": "Organization", "name": origin.title, "url": home})


def _image(image: Image) -> Facts:
    facts = {
        "@type": "ImageObject",
        "url": formats.uri(image.url),
        "width": image.width,
        "height": image.height,
        "caption": image.alt,
        "creditText": image.credit,
    }
    return _known(facts)


def _known(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value}
