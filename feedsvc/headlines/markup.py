"""Build the tree that the script builds in the browser: the same parts, under the same style."""

from __future__ import annotations

from pathlib import Path

from feedsvc import formats
from feedsvc.headlines.headline import Headline, Headlines
from feedsvc.headlines.html import Html, element, joined
from feedsvc.headlines.strings import strings
from feedsvc.headlines.when import day, rfc3339, whole
from feedsvc.model import Image

STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8").strip()
"""Made together with the script, of one source: never edit it here."""


def container(made: Headlines, *, links_home: bool = False) -> Html:
    """Return the headlines as the script draws them; with `links_home`, links lead to our own pages."""
    heading, words = made.heading, strings(made.language)
    rows = [_row(each, made, each.page if links_home else each.url) for each in made.items]
    listed = (
        element("ul", {"role": "list", "aria-label": heading or made.feed.title, "part": "list"}, *rows)
        if rows
        else element("p", {"part": "empty"}, words["empty"])
    )
    return element(
        "div",
        {"class": made.options.layout, "part": "container", "lang": made.language},
        element("h2", {"part": "heading"}, _bdi(heading, made.feed.language)) if heading else Html(),
        element("div", {}, listed),
        footer(made),
    )


def footer(made: Headlines) -> Html:
    """Return the link to all that the feed has; empty where there is to be none."""
    wanted = made.options.footer
    if wanted == "none":
        return Html()
    home = formats.addresses(made.site, made.feed)["page"]
    return element("p", {"part": "footer"}, link(made, home, wanted or strings(made.language)["more"]))


def link(made: Headlines, url: str, *children: Html | str) -> Html:
    """Return a link as the options want it: those that open a new tab say so to who cannot see it."""
    is_new = made.options.target == "_blank"
    hidden = element("span", {}, f" {strings(made.language)['new_tab']}") if is_new else Html()
    target = {"target": "_blank", "rel": "noopener"} if is_new else {}
    return element("a", {"href": url, "part": "link", **target}, *children, hidden)


def meta(each: Headline, made: Headlines) -> Html:
    """Return source, author, date and tags, as far as they are to be shown."""
    shown, timezone = made.options.show, made.site.timezone
    # In its own direction: an Arabic date on an English line would be read in the wrong order.
    date = {
        "datetime": rfc3339(each.published),
        "title": whole(each.published, timezone, made.language),
        "dir": "auto",
    }
    parts = {
        "source": _bdi(each.source[0] if each.source else "", each.language, "source"),
        "author": _bdi(", ".join(each.authors), each.language, "author"),
        "date": element("time", {**date, "part": "date"}, day(each.published, timezone, made.language)),
        "tags": _bdi(", ".join(each.tags), each.language, "tags"),
    }
    return joined(*(part for name, part in parts.items() if name in shown))


def picture(image: Image) -> Html:
    """Return an image whose size the style says; the title beside it says what it shows."""
    return element("img", {"src": formats.uri(image.url), "alt": "", "loading": "lazy", "part": "image"})


def _row(each: Headline, made: Headlines, url: str) -> Html:
    shown = made.options.show
    summary = each.summary if "summary" in shown else ""
    return element(
        "li",
        {"part": "item"},
        picture(each.image) if each.image and "image" in shown else Html(),
        element(
            "div",
            {"part": "body"},
            link(made, url, _bdi(each.title or each.summary or each.url, each.language, "title")),
            element("p", {"part": "summary"}, _bdi(summary, each.language)) if summary else Html(),
            element("div", {"part": "meta"}, meta(each, made)),
        ),
    )


def _bdi(value: str, language: str, part: str = "") -> Html:
    # Inline, and with its own direction: an Arabic title stays on its line's side of an English list.
    return element("bdi", {"lang": language, "part": part or None}, value) if value else Html()
