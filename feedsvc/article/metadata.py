"""Read what a page says about its article: JSON-LD, Open Graph, meta elements, links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bs4 import BeautifulSoup, Tag

from feedsvc.article import urls
from feedsvc.article.dates import parse_date
from feedsvc.article.language import language_tag
from feedsvc.article.summary import same
from feedsvc.article.text import stripped
from feedsvc.article.tree import attribute, text_of
from feedsvc.model import Image, Person

MAX_TAGS = 50
_ARTICLE_TYPE = re.compile(r"(?:Article|BlogPosting|Report|LiveBlogPosting|Review|Recipe)$")
_NO_AUTHOR = re.compile(
    r"admin(?:istrator)?|staff(?: writer)?|editor(?:ial(?: (?:team|staff))?)?|guest|unknown|author"
    r"|redaktion|by|https?:.*|www\..*|@.*|[\w-]+\.(?:com|net|org|de|co\.uk)",
    re.IGNORECASE,
)
_BY = re.compile(
    r"^(?:(?:written|posted|published|story|words)\s+)?(?:by|von|par|por|di|door|av|af)\b[\s:]*",
    re.IGNORECASE,
)
_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "parsely-pub-date",
    "sailthru.date",
    "datepublished",
    "date",
    "dc.date.issued",
    "dc.date",
    "dcterms.created",
    "citation_publication_date",
    "pubdate",
    "publish-date",
    "publication_date",
)
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about its article; empty or None where it says nothing."""

    title: str = ""
    """The page's title without the site's name."""
    site: str = ""
    summaries: tuple[str, ...] = ()
    """The best first."""
    authors: tuple[Person, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    image: Image | None = None
    published: datetime | None = None
    updated: datetime | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    soup: BeautifulSoup
    base: str | None
    metas: Mapping[str, list[str]]
    linked: Mapping[str, object]
    """The article's object in JSON-LD."""

    def first(self, *names: str) -> str:
        """Return the first meta value under any of the names."""
        return next((self.metas[name][0] for name in names if name in self.metas), "")

    def text(self, name: str) -> str:
        """Return a text of the article's JSON-LD object."""
        value = self.linked.get(name)
        return " ".join(stripped(value)) if isinstance(value, str) else ""


def read(soup: BeautifulSoup, base: str | None) -> Metadata:
    """Return the page's metadata with absolute addresses; dates without a zone are taken as UTC."""
    metas = _metas(soup)
    page = _Page(soup, base, metas, _article_object(soup, metas))
    site = page.first("og:site_name", "application-name")
    return Metadata(
        title=_title(page, site),
        site=site,
        summaries=tuple(
            filter(None, (page.text("description"), page.first("og:description"), page.first("description")))
        ),
        authors=_authors(page, site),
        tags=_tags(page),
        language=_language(page),
        image=_image(page),
        published=_date(page, "datePublished", _PUBLISHED) or _time_element(soup),
        updated=_date(page, "dateModified", _UPDATED),
        link=_canonical(page),
    )


def _metas(soup: BeautifulSoup) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in soup.find_all("meta"):
        name = (
            (attribute(tag, "property") or attribute(tag, "name") or attribute(tag, "itemprop"))
            .strip()
            .lower()
        )
        value = " ".join(stripped(attribute(tag, "content")))
        if name and value:
            found.setdefault(name, []).append(value)
    return found


def _article_object(soup: BeautifulSoup, metas: Mapping[str, list[str]]) -> Mapping[str, object]:
    """Return the JSON-LD object of the page's article; of several, the one that the page's titles name."""
    found = [
        one
        for one in _objects(soup)
        if any(_ARTICLE_TYPE.search(kind) for kind in _strings(one.get("@type")))
    ]
    titles = [*metas.get("og:title", []), *(text_of(tag) for tag in soup.find_all("h1", limit=5))]
    for one in found:
        headline = one.get("headline")
        if isinstance(headline, str) and any(same(headline, title) for title in titles):
            return one
    return found[0] if len(found) == 1 else {}


def _objects(soup: BeautifulSoup) -> Iterator[Mapping[str, object]]:
    for script in soup.find_all("script", type=re.compile(r"ld\+json", re.IGNORECASE)):
        try:
            yield from _walk(json.loads(script.get_text().strip(), strict=False), 0)
        except (ValueError, RecursionError):
            continue


def _walk(value: object, depth: int) -> Iterator[Mapping[str, object]]:
    if isinstance(value, dict):
        yield value
        value = [value.get("@graph"), value.get("mainEntity"), value.get("mainEntityOfPage")]
    if isinstance(value, list) and depth < 6:
        for one in value:
            yield from _walk(one, depth + 1)


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _title(page: _Page, site: str) -> str:
    title = page.first("og:title", "twitter:title") or page.text("headline")
    if not title and page.soup.title is not None:
        title = text_of(page.soup.title)
    return without_site(title, site, page.base)


def without_site(title: str, site: str, url: str | None) -> str:
    """Return a page's title without the site's name before or after it."""
    parts = re.split(r"(\s+[|–—·•»-]\s+|\s*\|\s*)", title)
    if len(parts) < 3:
        return title
    if _is_site(parts[-1], site, url) or (not site and parts[-2].strip() == "|"):
        return "".join(parts[:-2]).strip()
    return "".join(parts[2:]).strip() if _is_site(parts[0], site, url) else title


def _is_site(part: str, site: str, url: str | None) -> bool:
    if site and same(part, site):
        return True
    squeezed = re.sub(r"\W", "", part).casefold()
    host = (url or "").partition("://")[2].partition("/")[0]
    return len(squeezed) > 3 and squeezed in re.sub(r"\W", "", host)


def _authors(page: _Page, site: str) -> tuple[Person, ...]:
    people = list(_people(page.linked.get("author"), page.base))
    people = people or [
        Person(name) for name in page.metas.get("author", []) + page.metas.get("article:author", [])
    ]
    people = people or list(_visible_authors(page))
    known: dict[str, Person] = {}
    for one in people:
        name = _BY.sub("", one.name).strip(" ,—–-|•")
        if name and len(name) <= 120 and not _NO_AUTHOR.fullmatch(name) and not (site and same(name, site)):
            known.setdefault(name.casefold(), Person(name, url=one.url))
    return tuple(known.values())


def _people(value: object, base: str | None) -> Iterator[Person]:
    if isinstance(value, str):
        yield Person(" ".join(value.split()))
    elif isinstance(value, Mapping):
        url = value.get("url")
        for name in _strings(value.get("name")):
            yield Person(" ".join(name.split()), url=urls.web(url, base) if isinstance(url, str) else None)
    elif isinstance(value, list):
        for one in value[:20]:
            yield from _people(one, base) if not isinstance(one, list) else ()


def _visible_authors(page: _Page) -> Iterator[Person]:
    for selector in ('[rel~="author"]', '[itemprop="author"]', ".byline, .p-author, .author-name"):
        found = page.soup.select(selector, limit=5)
        for tag in found:
            name = re.split(r"\s[|•·—–-]\s|\d", _BY.sub("", text_of(tag)))[0].strip(" ,")
            url = urls.web(attribute(tag, "href"), page.base) if tag.name == "a" else None
            if 2 < len(name) <= 60:
                yield Person(name, url=url)
        if found:
            return


def _tags(page: _Page) -> tuple[str, ...]:
    linked = [part for text in _strings(page.linked.get("keywords")) for part in text.split(",")]
    listed = [
        part
        for name in ("news_keywords", "keywords")
        for text in page.metas.get(name, [])
        for part in text.split(",")
    ]
    tags = linked or page.metas.get("article:tag", []) or listed
    found: dict[str, str] = {}
    for tag in tags:
        name = " ".join(tag.split()).strip("#")
        found.setdefault(name.casefold(), name)
    found.pop("", None)
    return tuple(found.values())[:MAX_TAGS]


def _language(page: _Page) -> str | None:
    root = page.soup.html
    own = attribute(root, "lang") or attribute(root, "xml:lang") if root is not None else ""
    for value in (own, page.text("inLanguage"), page.first("og:locale", "content-language", "dc.language")):
        if tag := language_tag(value):
            return tag
    return None


def _image(page: _Page) -> Image | None:
    address = page.first(
        "og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"
    )
    url = urls.web(address or _image_address(page.linked.get("image")), page.base)
    sizes = (page.first(f"og:image:{side}") for side in ("width", "height"))
    width, height = (int(size) if size.isascii() and size.isdigit() else None for size in sizes)
    return (
        Image(url, page.first("og:image:alt", "twitter:image:alt"), width=width, height=height)
        if url
        else None
    )


def _image_address(value: object) -> str:
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else ""
        if isinstance(value, Mapping):
            value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return value if isinstance(value, str) else ""


def _date(page: _Page, name: str, metas: tuple[str, ...]) -> datetime | None:
    for value in (page.text(name), page.first(*metas)):
        if value and (when := parse_date(value, "UTC")):
            return when
    return None


def _time_element(soup: BeautifulSoup) -> datetime | None:
    for tag in (soup.find("article") or soup.find("main") or soup).find_all("time", limit=3):
        if isinstance(tag, Tag) and (when := parse_date(attribute(tag, "datetime") or text_of(tag), "UTC")):
            return when
    return None


def _canonical(page: _Page) -> str | None:
    for tag in page.soup.find_all("link", limit=200):
        if "canonical" in attribute(tag, "rel").lower().split():
            return urls.web(attribute(tag, "href"), page.base)
    return urls.web(page.first("og:url"), page.base) if page.first("og:url") else None
