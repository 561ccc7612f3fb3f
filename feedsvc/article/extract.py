"""Turn a whole HTML page into an article: find its body, its title, and what the page says about it."""

from __future__ import annotations

import re
from html import unescape

from bs4 import BeautifulSoup, Tag

from feedsvc.article import body, metadata, tree, urls
from feedsvc.article.clean import clean
from feedsvc.article.images import first_image
from feedsvc.article.language import language as language_of
from feedsvc.article.metadata import Metadata
from feedsvc.article.sentences import is_unspaced, sentences
from feedsvc.article.summary import same, shorten, summarise, undated, words
from feedsvc.article.text import line, stripped, to_text
from feedsvc.article.tree import attribute, text_of
from feedsvc.model import Article

MAX_PAGE = 4_194_304
"""Characters; a longer page is taken as plain text."""
MAX_PAGE_TAGS = 30_000
MAX_PAGE_DEPTH = 120
_SUMMARY = 300
_MAX_TITLE = 200
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_CUT = re.compile(r"\s*(?:…|\.\.\.|\[(?:…|\.\.\.)\])\s*$")
_REST = 40
"""Characters that a description must have beside the title."""
_BYLINE = re.compile(r"By (?:[A-Z][\w.'’-]+ ){2,}")
_DOUBTED = 200
"""Characters from which on a text tells its language better than the page does."""
_CALLS = ("welcome to", "click here", "read this article", "read the full", "subscribe to", "sign up")


def extract(page: str, url: str | None = None) -> Article:
    """Return the article of a whole page: total, with clean content and plain title and summary.

    The title is the article's h1, else the page's title without the site's name; neither it nor the
    byline is repeated in the content. The summary is the author's own where it describes the article,
    else its lead. A page that lists many articles gives them as its content.
    """
    page = tree.sendable(page)
    soup = _parse(page)
    if soup is None:
        return _plainly(page)
    base = _base(soup, url)
    found = metadata.read(soup, base)
    part = body.find(soup)
    title = _title(soup, part, found)
    standfirst = body.standfirst(part)
    body.prune(part, title, tuple(person.name for person in found.authors))
    content = clean(str(part), base or found.link)
    if not content and soup.body is not None and part is not soup.body:
        # What looked like the article was not: all of the page's text is better than none.
        body.prune(soup.body, title, ())
        content = clean(str(soup.body), base or found.link)
    return _article(title, content, found, standfirst)


def _plainly(page: str) -> Article:
    """Return the article of a page that is beyond the bounds: its title and all its text."""
    named = _TITLE.search(page)
    title = " ".join(stripped(named[1])) if named else ""
    content = clean(page)
    return Article(title=shorten(title, _MAX_TITLE), content=content, summary=summarise(content, title))


def _article(title: str, content: str, found: Metadata, standfirst: str) -> Article:
    text = to_text(content)
    language = _language(found.language, text)
    written = _written_summary((standfirst, *found.summaries), text, title, language)
    return Article(
        title=title,
        content=content,
        summary=written or summarise(content, title, language, _SUMMARY),
        summary_written=bool(written),
        link=found.link,
        authors=found.authors,
        tags=found.tags,
        language=language,
        image=found.image or first_image(content),
        published=found.published,
        updated=found.updated,
    )


def _language(declared: str | None, text: str) -> str | None:
    """Return the page's language; English is also what templates declare where nobody changed them."""
    if declared is None or declared.partition("-")[0] != "en" or len(text) < _DOUBTED:
        return declared
    guessed = language_of(text)
    return guessed if guessed and guessed != "en" else declared


def _parse(page: str) -> BeautifulSoup | None:
    if len(page) > MAX_PAGE or page.count("<") > 3 * MAX_PAGE_TAGS:
        return None
    # A leading XML declaration would make BeautifulSoup warn that this might be XML: it is not.
    start = page.lstrip()
    start = start.partition("?>")[2] if start.startswith("<?xml") else start
    soup = BeautifulSoup(f"<!doctype html>{start}", "lxml", multi_valued_attributes=None)
    return soup if _is_modest(soup) else None


def _is_modest(soup: BeautifulSoup) -> bool:
    depths: dict[int, int] = {id(soup): 0}
    for tag in soup.find_all(True):
        depth = depths.get(id(tag.parent), 0) + 1
        depths[id(tag)] = depth
        if depth > MAX_PAGE_DEPTH or len(depths) > MAX_PAGE_TAGS:
            return False
    return True


def _base(soup: BeautifulSoup, url: str | None) -> str | None:
    own = urls.web(url) if url else None
    tag = soup.find("base", href=True)
    return (urls.web(attribute(tag, "href"), own) if isinstance(tag, Tag) else None) or own


def _title(soup: BeautifulSoup, part: Tag, found: Metadata) -> str:
    """Return the h1 of the article, else of the page, unless the page's title is about something else.

    Many sites have their logo in an h1; of several in an article most are headings within it.
    """
    for place in (part, soup.find("main"), soup):
        headings = (
            [text_of(heading) for heading in place.find_all("h1", limit=5)] if place is not None else []
        )
        needs_witness = place is soup or len(headings) > 1
        for text in headings:
            if text and (not found.title or _is_title(text, found, needs_witness)):
                return unescape(text)
    return unescape(found.title)


def _is_title(heading: str, found: Metadata, needs_witness: bool) -> bool:
    if found.site and same(heading, found.site):
        return False
    one, other = set(words(heading)), set(words(found.title))
    return not needs_witness or len(one & other) * 2 >= min(len(one), len(other))


def _written_summary(texts: tuple[str, ...], content: str, title: str, language: str | None) -> str:
    """Return the first of the author's texts that describes the article, within the length of a summary."""
    for text in texts:
        whole = undated(_finished(_without_title(line(text), title), " ".join(content.split())))
        if whole and _describes(whole, content, title):
            return shorten(whole, _SUMMARY, language)
    return ""


def _without_title(text: str, title: str) -> str:
    """Return a description without the title that it begins with, as some systems write them."""
    rest = text[len(title) :] if title and text.casefold().startswith(title.casefold()) else ""
    return rest.lstrip(" .:;,|–—-") if rest[:1] in tuple(" .:;|–—-") and len(rest) >= _REST else text


def _finished(text: str, content: str) -> str:
    """Return a text that was cut off, finished from the content; empty if the content does not hold it."""
    cut = _CUT.search(text)
    start = text[: cut.start()].rstrip(". ") if cut else ""
    at = content.find(start)
    if not start or at < 0:
        return "" if start else text
    whole = ""
    for sentence in sentences(content[at : at + 2 * _SUMMARY]):
        whole += sentence
        if len(whole) >= len(start):
            break
    return whole


def _describes(text: str, content: str, title: str) -> bool:
    if same(text, title) or text.casefold().startswith(_CALLS) or _BYLINE.match(text):
        return False
    if is_unspaced(text):
        return len(text) >= 20
    said = {word for word in words(text) if len(word) > 3}
    return len(text) >= 50 and len(said & set(words(content))) * 2 >= len(said)
