"""Write the element's markup: its attributes, and what stands in it until the script has drawn. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from feedsvc import formats
from feedsvc.headlines.form import TICKER
from feedsvc.headlines.headline import Headlines
from feedsvc.headlines.options import Options

Attributes = Sequence[tuple[str, str]]

_NO_MARKUP = str.maketrans("", "", "<>")

WIDTH = 76
"""Characters of a line of markup."""


def attributes(slug: str, options: Options) -> Attributes:
    """Return the element's attributes: the feed, the count, and what differs from the defaults."""
    usual = Options()
    named = {
        "show": " ".join(options.show) or "none" if options.show != usual.show else "",
        "layout": options.layout if options.layout != usual.layout else "",
        "theme": options.theme,
        "heading": options.heading,
        "lang": options.lang,
        "tags": ",".join(options.tags),
        "exclude-tags": ",".join(options.exclude),
        "source": options.source,
        "q": options.q,
        "summary-length": str(options.summary) if options.summary != usual.summary else "",
        "target": options.target if options.target != usual.target else "",
        "footer": options.footer,
    }
    written = [(name, value) for name, value in named.items() if value]
    return [("feed", slug), ("count", str(options.count)), *written]


def element(made: Headlines, inside: str, style: str = "") -> str:
    """Return the markup of the element, with a comment that says what it is."""
    opening = "<feed-headlines"
    parts = [f'{name}="{escape(value)}"' for name, value in attributes(made.feed.slug, made.options)]
    lines, indent = [opening], " " * (len(opening) + 1)
    for part in (*parts, *([f'style="{escape(style)}"'] if style else [])):
        if len(lines[-1]) + len(part) > WIDTH or part.startswith("style="):
            lines.append(f"{indent}{part}")
        else:
            lines[-1] += f" {part}"
    text = "\n".join(lines)
    return f"<!-- {_remark(made)} -->\n{text}>\n{inside}\n</feed-headlines>"


def fallback(made: Headlines) -> str:
    """Return the link that stands in the element until there are headlines, and if none ever come."""
    return f'  <a href="{escape(page(made))}">{escape(label(made), quote=False)}</a>'


def snapshot(made: Headlines) -> str:
    """Return today's headlines as a list; a ticker has room for one line alone."""
    most = 1 if made.options.layout == TICKER else len(made.items)
    rows = [
        f'    <li><a href="{escape(each.url)}"{_lang(each.language, made)}>'
        f"{escape(each.title or each.url, quote=False)}</a></li>"
        for each in made.items[:most]
    ]
    if not rows:
        return fallback(made)
    if made.options.layout == TICKER:
        return "  " + rows[0].strip().removeprefix("<li>").removesuffix("</li>")
    return "\n".join(("  <ul>", *rows, "  </ul>", fallback(made)))


def _lang(language: str, made: Headlines) -> str:
    return f' lang="{escape(language)}"' if language and language != made.language else ""


def page(made: Headlines) -> str:
    """Return the address of the feed's page for people."""
    return formats.addresses(made.site, made.feed)["page"]


def label(made: Headlines) -> str:
    """Return what a link or a frame with the headlines is called."""
    return f"Headlines from {formats.sendable(made.feed.title)}"


def _remark(made: Headlines) -> str:
    """Return the text of a comment: without what would end it."""
    return f"{' '.join(made.feed.title.split())} headlines".replace("--", "—").translate(_NO_MARKUP)
