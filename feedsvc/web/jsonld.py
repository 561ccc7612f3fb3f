"""Describe an item to search engines: schema.org NewsArticle as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping

from feedsvc import formats
from feedsvc.model import Item, Person, Site
from feedsvc.web import words

MAX_HEADLINE = 110


def news_article(item: Item, site: Site, url: str) -> Mapping[str, object]:
    """Return the NewsArticle of an item whose page is at `url`; what is not known is left out."""
    article = item.article
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": url,
        "url": url,
        "identifier": item.id,
        "headline": article.title[:MAX_HEADLINE],
        "description": article.summary,
        "datePublished": words.iso(item.published),
        "dateModified": words.iso(item.updated),
        "inLanguage": article.language or site.language,
        "keywords": list(article.tags),
        "author": [_person(person) for person in article.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": site.title, "url": f"{site.url}/"},
        "image": formats.uri(article.image.url) if article.image else None,
        "isBasedOn": formats.uri(article.link) if article.origin and article.link else None,
        "copyrightNotice": article.rights or site.rights,
    }
    return {name: value for name, value in facts.items() if value}


def _person(person: Person) -> Mapping[str, str]:
    known = {"@type": "Person", "name": person.name}
    return {**known, "url": person.url} if person.url else known
