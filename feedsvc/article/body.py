"""Find the part of a page that is its article, and take off what surrounds it."""

from __future__ import annotations

import re
from collections import Counter

from bs4 import BeautifulSoup, Tag

from feedsvc.article.dates import parse_date
from feedsvc.article.summary import same
from feedsvc.article.tree import attribute, text_of

_CHROME_TAGS = [
    "nav",
    "aside",
    "footer",
    "button",
    "script",
    "style",
    "template",
    "dialog",
    "select",
    "textarea",
]
_AROUND = ["nav", "aside", "footer", "form"]
_PROSE = ["p", "pre", "blockquote"]
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|newsletter|subscri\w+|sign-?up|share|sharing|sharedaddy|social|addtoany"
    r"|related\w*|recommend\w*|recirc\w*|more-from|more-stories|also-read|breadcrumbs?|comments?|commentlist\w*|respond|disqus|sidebar"
    r"|promo\w*|advert\w*|ads?|table-of-contents|ez-toc\w*|sponsor\w*|popup|modal|overlay|paywall|menu"
    r"|navigation|navbar|pagination|pager|prev-?next|post-nav\w*|tags"
    r"|tag-?list|toolbar|skip-?link|outbrain|taboola|author-bio|about-author|sr-only|screen-reader-text"
    r"|visually-hidden|noprint|teasers?)(?:$|[\s_-])|(?:^|\s)toc(?:$|\s)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"(?:^|[\s_-])(?:comments?|commentlist\w*)(?:$|[\s_-])", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:byline|by-line|author|authors|dateline|datetime|date|timestamp|published|updated|posted-on"
    r"|meta|metadata|reading-time|entry-meta|post-meta)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BY = re.compile(r"(?:by|von|par|por|di|door|av|af)\s+\S", re.IGNORECASE)
_MORE = re.compile(
    r"(?:related\b.*|read (?:more|next|also)\b.*|more (?:from|on|stories|about)\b.*|see also|recommended\b.*"
    r"|(?:most|top|latest|recent) (?:read|popular|posts?|stories|news|articles)"
    r"|(?:table of )?contents|comments?|\d+ comments?|share this\b.*|you (?:may|might) (?:also )?like\b.*"
    r"|mehr zum thema|lesen sie auch|lire aussi)\s*:?",
    re.IGNORECASE,
)
_BYLINE_TEXT = 160
_LARGE = 0.4
"""Share of the article: what holds more is not chrome, whatever it is called."""


def find(soup: BeautifulSoup) -> Tag:
    """Return the element that holds the page's article; of many articles, the one around them all."""
    whole = _prose(soup)
    articles = [tag for tag in soup.find_all("article") if tag.find_parent("article") is None]
    if articles:
        sizes = [_prose(tag) for tag in articles]
        largest = max(sizes)
        chosen = articles[sizes.index(largest)]
        is_one = chosen.find("h1") is not None or largest * 2 > sum(sizes)
        if is_one and largest * 4 >= whole:
            return chosen
    main = soup.find("main") or soup.find(role="main")
    if main is not None and _prose(main) * 4 >= whole:
        return main
    return _widened(_densest(soup) or soup.body or soup, whole)


def _widened(part: Tag, whole: int) -> Tag:
    """Return the lowest element around the part that holds most of the page's prose."""
    while part.parent is not None and part.name not in ("body", "html") and _prose(part) * 2 < whole:
        part = part.parent
    return part


def prune(body: Tag, title: str, authors: tuple[str, ...]) -> None:
    """Take navigation, adverts, sharing, comments, the title and the byline out of the article's element."""
    size = len(body.get_text()) or 1
    for tag in body.find_all(_CHROME_TAGS):
        if not tag.decomposed and not _holds_article(tag, size):
            tag.decompose()
    named = [tag for tag in body.find_all(True) if not tag.decomposed and _is_chrome(tag, size)]
    shares: Counter[str] = Counter()
    for tag in named:
        shares[attribute(tag, "class")] += len(tag.get_text())
    for tag in named:
        # Many small parts of one kind that make up the page are what it is about: a list of news.
        if tag.decomposed:
            continue
        if shares[attribute(tag, "class")] <= size * _LARGE or _COMMENT.search(_names(tag)):
            tag.decompose()
    for tag in body.find_all("header"):
        if not tag.decomposed and tag.find("h1") is None and tag.find_parent("article") is None:
            tag.decompose()
    _remove_more(body)
    _remove_title(body, title)
    _remove_byline(body, authors)


def standfirst(body: Tag) -> str:
    """Return the text that the article puts under its headline, if it marks one."""
    for tag in body.find_all(
        class_=re.compile(r"(?:^|[\s_-])(?:standfirst|dek|deck|subtitle|subheadline|lede?)(?:$|[\s_-])")
    ):
        text = text_of(tag)
        if 50 <= len(text) <= 500 and tag.find("h1") is None:
            return text
    return ""


def _prose(tag: Tag) -> int:
    return sum(len(text_of(part)) for part in tag.find_all(_PROSE))


def _densest(soup: BeautifulSoup) -> Tag | None:
    """Return the element whose paragraphs hold the most text; a grandparent counts half."""
    scores: dict[int, tuple[float, Tag]] = {}
    chrome = {id(part) for tag in soup.find_all(_AROUND) for part in tag.find_all(_PROSE)}
    for part in soup.find_all(_PROSE):
        size = len(text_of(part))
        if size < 25 or id(part) in chrome:
            continue
        parent, share = part.parent, 1.0
        while parent is not None and share >= 0.5 and parent.name not in ("html", "[document]"):
            scores[id(parent)] = (scores.get(id(parent), (0.0, parent))[0] + size * share, parent)
            parent, share = parent.parent, share / 2
    return max(scores.values(), key=lambda score: score[0])[1] if scores else None


def _holds_article(tag: Tag, size: int) -> bool:
    return tag.find("h1") is not None or len(tag.get_text()) > size * _LARGE


def _is_chrome(tag: Tag, size: int) -> bool:
    names = _names(tag)
    return len(names) > 1 and bool(_CHROME.search(names)) and not _holds_article(tag, size)


def _names(tag: Tag) -> str:
    return f"{attribute(tag, 'class')} {attribute(tag, 'id')}"


def _remove_more(body: Tag) -> None:
    """Remove “Read more” and its like together with the list of links that it announces."""
    for tag in body.find_all(["h2", "h3", "h4", "h5", "h6", "p"]):
        if tag.decomposed or not _MORE.fullmatch(text_of(tag)):
            continue
        after = tag.find_next_sibling()
        if isinstance(after, Tag) and after.name in ("ul", "ol", "div") and _is_linked(after):
            after.decompose()
        tag.decompose()


def _is_linked(tag: Tag) -> bool:
    links = sum(len(text_of(link)) for link in tag.find_all("a"))
    return links * 2 > len(text_of(tag))


def _remove_title(body: Tag, title: str) -> None:
    for tag in body.find_all(["h1", "h2"]):
        if same(text_of(tag), title):
            tag.decompose()
            return


def _remove_byline(body: Tag, authors: tuple[str, ...]) -> None:
    """Remove the lines above the first paragraph that only say who wrote when."""
    for tag in body.find_all(["address", "p", "div", "span", "time", "ul", "a"]):
        if tag.decomposed or tag.find(["img", "figure", "video", "audio"]) is not None:
            continue
        text = text_of(tag)
        if _is_byline(tag, text, authors):
            tag.decompose()
        elif tag.name == "p" and len(text) > _BYLINE_TEXT:
            return


def _is_byline(tag: Tag, text: str, authors: tuple[str, ...]) -> bool:
    if not text or len(text) > _BYLINE_TEXT:
        return False
    if tag.name in ("address", "time") or "author" in attribute(tag, "rel"):
        # Of a sentence that mentions a time, only the line of its own is a byline.
        return tag.find_parent("p") is None or text_of(tag.find_parent("p") or tag) == text
    if _BYLINE.search(f"{attribute(tag, 'class')} {attribute(tag, 'itemprop')}"):
        return True
    if text[-1] in ".!?。" and len(text) > 60:
        return False
    is_named = any(same(text, name) or (_BY.match(text) and name in text) for name in authors)
    return (
        is_named or parse_date(text, "UTC") is not None or (tag.find("time") is not None and len(text) < 100)
    )
