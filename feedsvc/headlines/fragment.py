"""Write headlines as a fragment of HTML, for pages that are put together on a server."""

from __future__ import annotations

from feedsvc import formats
from feedsvc.headlines.headline import Headline, Headlines
from feedsvc.headlines.html import Html, element, joined
from feedsvc.headlines.markup import STYLE, container, footer, link, meta
from feedsvc.headlines.options import Options
from feedsvc.headlines.strings import strings
from feedsvc.model import Image


def fragment(made: Headlines) -> bytes:
    """Return a list with classes for the host's style, or the element with its own in a shadow root."""
    html = shadowed(made) if made.options.shadow else _plain(made)
    return f"{html}\n".encode()


def shadowed(made: Headlines, *, links_home: bool = False) -> Html:
    """Return `<feed-headlines>` with a declarative shadow root: shown without any script."""
    options = made.options
    shown = element(
        "template",
        {"shadowrootmode": "open"},
        element("style", {}, Html(STYLE)),
        container(made, links_home=links_home),
    )
    look = {"feed": made.feed.slug, "layout": options.layout, "theme": options.theme or None}
    home = formats.addresses(made.site, made.feed)["page"]
    # On a page with the script as well, that shows this link until it has fetched.
    rest = link(made, home, made.feed.title)
    return element("feed-headlines", {**look, **_attributes(options)}, shown, rest)


def _attributes(options: Options) -> dict[str, str]:
    """Return the options as the attributes of the script's element, where they are not its defaults."""
    said = {
        "count": str(options.count),
        "exclude-tags": ", ".join(options.exclude),
        "footer": options.footer,
        "heading": options.heading,
        "lang": options.lang,
        "q": options.q,
        "show": " ".join(options.show) or "none",
        "source": options.source,
        "summary-length": str(options.summary),
        "tags": ", ".join(options.tags),
        "target": options.target,
    }
    usual = {"count": "5", "show": "date", "summary-length": "160", "target": "_self"}
    return {name: text for name, text in said.items() if text and text != usual.get(name)}


def _plain(made: Headlines) -> Html:
    heading = made.heading
    rows = joined(*(_item(each, made) for each in made.items))
    label = {"class": "headlines-list", "aria-label": heading or made.feed.title}
    return element(
        "div",
        {"class": "headlines", "lang": made.language},
        element("h2", {"class": "headlines-heading"}, heading) if heading else Html(),
        element("ul", label, rows) if made.items else element("p", {}, strings(made.language)["empty"]),
        footer(made),
    )


def _item(each: Headline, made: Headlines) -> Html:
    shown = made.options.show
    title = element("bdi", {"lang": each.language}, each.title or each.summary or each.url)
    facts = meta(each, made)
    return element(
        "li",
        {"class": "headlines-item"},
        _picture(each.image) if each.image and "image" in shown else Html(),
        link(made, each.url, title),
        element("p", {"class": "headlines-summary", "lang": each.language, "dir": "auto"}, each.summary)
        if each.summary and "summary" in shown
        else Html(),
        element("div", {"class": "headlines-meta"}, facts) if facts else Html(),
    )


def _picture(image: Image) -> Html:
    """Return an image of its own size, where that is known: no style says another."""
    size = {"width": image.width, "height": image.height}
    return element("img", {"src": formats.uri(image.url), "alt": "", **size, "loading": "lazy"})
