"""Serve the embed builder: choose, see it, copy the code, have a page of one's own checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from math import ceil
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, make_response, render_template, request

from feedsvc import embedding, headlines
from feedsvc.config import ALL
from feedsvc.errors import Denied
from feedsvc.headlines import Form, Headlines, Place, Snippet
from feedsvc.hostcheck import Ours
from feedsvc.model import Feed, Site
from feedsvc.store import Connection
from feedsvc.web import headers, links, scripts
from feedsvc.web.checking import MOST, Outcome
from feedsvc.web.render import Content, Page, html, serve
from feedsvc.web.state import catalog, current, everything

routes = Blueprint("builder", __name__)

PATH = "/embed/builder"
ABOUT = "Put these headlines on your own site: choose, look, copy. No account, no cookies, no tracking."

WIDE, NARROW = (960,), (600, 320)
"""The widths of the previews; those in one row are equally high."""
MEASURED = 600
"""The width at which the height is estimated, and measured where there are scripts; preview.css pads it."""
PADDING = 32
STEP, LEAST, MOST_HIGH = 80, 160, 720
"""Pixels of a preview's height, as builder.css knows them; what is longer scrolls in it."""

LOOKS: Mapping[str, str] = {"": "As the visitor’s system", "light": "Light", "dark": "Dark"}
DIRECTIONS: Mapping[str, str] = {"": "Left to right", "rtl": "Right to left"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the query of the builder asks for; what is wrong in it is told beside its field."""

    feed: Feed
    form: Form
    problems: Mapping[str, str]
    look: str
    direction: str

    @property
    def query(self) -> str:
        """The one spelling of what is asked for."""
        return _joined(f"feed={self.feed.slug}", headlines.canonical(self.form.options, "html"))

    def seen(self, **changed: str) -> str:
        """Return the query with another look or direction of the previews."""
        wanted = {"look": self.look, "dir": self.direction, **changed}
        return _joined(self.query, urlencode({name: value for name, value in wanted.items() if value}))


@routes.get(PATH)
def builder() -> Response:
    """Answer the builder; its address is what was chosen, to be kept and shared."""
    wish = _wish()
    if wish.problems:
        return _unkept(wish, None, 422)

    def build(connection: Connection, now: datetime) -> Content:
        return _page(connection, wish, None, now)

    return serve(f"{PATH}?{wish.seen()}", build)


@routes.post(PATH)
def check() -> Response:
    """Answer the builder with what is wrong with a page of somebody's.

    A POST, so that nothing that follows links, and no picture on another page, makes us fetch anything.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Denied("A page is checked from the builder alone.")
    checker, now = current().checker, current().service.clock()
    outcome = checker.check(request.form.get("page", ""), _ours(), request.environ, now)
    status = 429 if outcome.wait else 422 if outcome.is_wrong else 200
    response = _unkept(_wish(), outcome, status)
    if outcome.wait:
        response.headers["Retry-After"] = str(max(1, ceil(outcome.wait.total_seconds())))
    return response


@routes.get("/embed/preview")
def preview() -> Response:
    """Answer a small page of no site with the embed in it, as the script draws it."""
    wish = _wish()

    def build(connection: Connection, now: datetime) -> Content:
        made = _made(connection, wish, now)
        style = f"display:block;min-height:{_reserved(made)}"
        embed = headlines.element(made, headlines.fallback(made), style)
        script = links.path_of(scripts.newest().path)
        body = render_template("preview.html", embed=embed, script=script, wish=wish)
        return Content(body.encode(), "text/html; charset=utf-8", _preview_headers(catalog().site))

    return serve(f"/embed/preview?{wish.seen()}", build)


def _wish() -> Wish:
    given = request.args
    query = {name: " ".join(given.getlist(name)) for name in given}
    form = headlines.read_form(query)
    slug = query.get("feed", "").strip() or ALL
    feed = catalog().feed(slug)
    problems = dict(form.problems)
    if feed is None:
        near = get_close_matches(slug[:100], [each.slug for each in catalog().feeds], 1)
        meant = f" Did you mean “{near[0]}”?" if near else ""
        problems["feed"] = f"There is no feed “{slug[:40]}”.{meant}"
    look, direction = given.get("look", ""), given.get("dir", "")
    return Wish(
        feed or everything(),
        form,
        problems,
        look if look in LOOKS else "",
        direction if direction in DIRECTIONS else "",
    )


def _unkept(wish: Wish, outcome: Outcome | None, status: int) -> Response:
    """Return the builder as it is for this request alone."""
    with current().service.store.read() as connection:
        content = _page(connection, wish, outcome, current().service.clock())
    response = make_response(content.body, status)
    response.headers["Content-Type"] = content.content_type
    for name, value in content.headers:
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(connection: Connection, wish: Wish, outcome: Outcome | None, now: datetime) -> Content:
    made = _made(connection, wish, now)
    script = scripts.newest()
    values = {
        "wish": wish,
        "options": wish.form.options,
        "values": wish.form.values,
        "feeds": catalog().feeds,
        "snippets": _snippets(made),
        "reserved": _reserved(made),
        "allowance": MEASURED / (MEASURED - PADDING) if made.options.layout == "cards" else 1,
        "frame_padding": headlines.frame_padding(made.options),
        "panes": {width: _tall(made, row) for row in (WIDE, NARROW) for width in row},
        "measured": MEASURED,
        "layouts": headlines.SCRIPT_LAYOUTS,
        "themes": headlines.THEMES,
        "extras": headlines.SHOWN,
        "looks": LOOKS,
        "directions": DIRECTIONS,
        "script": script,
        "restricted": bool(wish.feed.embed_origins),
        "outcome": outcome,
        "most": MOST,
    }
    content = html(Page("builder.html", "Headlines on your site", PATH, (), ABOUT, values=values))
    return Content(content.body, content.content_type, _builder_headers(content.headers))


def _made(connection: Connection, wish: Wish, now: datetime) -> Headlines:
    return embedding.current(connection, catalog().site, wish.feed, wish.form.options, now)


def _snippets(made: Headlines) -> tuple[Snippet, ...]:
    script = scripts.newest()
    place = Place(
        script=links.absolute(script.path),
        pinned=links.absolute(script.pinned_path),
        integrity=script.integrity,
        height=_reserved(made),
        images=_images(made),
    )
    return headlines.snippets(made, place)


def _reserved(made: Headlines) -> str:
    # Text is higher where there is less room, pictures where there is more.
    heights = (headlines.height(made, made.options.layout, width) for width in (MEASURED - PADDING, MEASURED))
    return headlines.rem(max(heights))


def _tall(made: Headlines, row: Sequence[int]) -> int:
    """Return how high the previews of a row are, so that most show everything."""
    needed = max(headlines.height(made, made.options.layout, width - PADDING) for width in row) + PADDING
    return min(MOST_HIGH, max(LEAST, ceil(needed / STEP) * STEP))


def _images(made: Headlines) -> tuple[str, ...]:
    """Return where pictures come from: this site alone, or anywhere, as they do now."""
    own = _origin(made.site)
    found = {each.image.url for each in made.items if each.image}
    strange = any(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" != own for url in found)
    return (own, "https:") if strange else (own,)


def _ours() -> Ours:
    return Ours(
        site=catalog().site.url,
        scripts=scripts.integrities(),
        script=scripts.newest().path,
        feeds={feed.slug: feed.embed_origins for feed in catalog().feeds},
        ended=catalog().ended,
    )


def _builder_headers(usual: headers.Pairs) -> headers.Pairs:
    """Return a page's headers with a policy that lets it show previews and ask for itself anew."""
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    others = tuple(pair for pair in usual if pair[0] != "Content-Security-Policy")
    return (("Content-Security-Policy", policy), *others)


def _preview_headers(site: Site) -> headers.Pairs:
    own = _origin(site)
    policy = (
        # A sandboxed page has no origin of its own: that of the site is named beside 'self'.
        f"default-src 'none'; script-src 'self' {own}; connect-src 'self' {own}; style-src 'self' {own}; "
        f"style-src-attr 'unsafe-inline'; img-src 'self' {own} https: data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    )
    return (
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        headers.NOSNIFF,
    )


def _origin(site: Site) -> str:
    parts = urlsplit(site.url)
    return f"{parts.scheme}://{parts.netloc}"


def _joined(*queries: str) -> str:
    return "&".join(query for query in queries if query)
