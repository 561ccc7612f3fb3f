"""Turn what comes in, a page, HTML, Markdown or text, into one clean article; pure.

    html ─ clean ─▶ content ─ summarise ─▶ summary
    page ─ extract ─▶ Article

Nothing here raises for any input, and every answer comes in bounded time.
"""

from __future__ import annotations

from feedsvc.article.clean import clean, keeps_markup
from feedsvc.article.dates import parse_date
from feedsvc.article.extract import extract
from feedsvc.article.images import first_image
from feedsvc.article.language import language, language_tag
from feedsvc.article.markdown import markdown
from feedsvc.article.policy import POLICY, removed
from feedsvc.article.summary import shorten, summarise
from feedsvc.article.text import line, plain, slug, to_text
from feedsvc.article.tree import sendable
from feedsvc.article.urls import absolute

__all__ = [
    "POLICY",
    "absolute",
    "clean",
    "extract",
    "first_image",
    "keeps_markup",
    "language",
    "language_tag",
    "line",
    "markdown",
    "parse_date",
    "plain",
    "removed",
    "sendable",
    "shorten",
    "slug",
    "summarise",
    "to_text",
]
