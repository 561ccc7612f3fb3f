"""Lead a follower to a reader that runs at an address of the follower's own.

The address is told, not gone to. A redirect to whatever host a link names would lend this site's name
to anybody who wants people elsewhere; and our pages' own policy stops a form that is led off the site.
So the answer is a page that names the host and links to that reader's own page for new subscriptions,
and to nothing else there. Nothing is remembered: the address stays in the browser's form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, render_template, request

from feedsvc.errors import NotFound
from feedsvc.web import headers, links
from feedsvc.web.state import catalog

routes = Blueprint("follow", __name__)

MAX_CHARS = 300
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|[0-9a-f:.]*:[0-9a-f:.]*")
_FOLDERS = re.compile(r"(?:/[A-Za-z0-9_.~-]+)*/?")


@dataclass(frozen=True, slots=True)
class Reader:
    """A feed reader that people run themselves; `path` takes a feed's address at its end."""

    key: str
    name: str
    path: str


READERS = (
    Reader("miniflux", "Miniflux", "/bookmarklet?uri="),
    Reader("freshrss", "FreshRSS", "/i/?c=feed&a=add&url_rss="),
    Reader("nextcloud", "Nextcloud News", "/index.php/apps/news/?subscribe_to="),
    Reader("ttrss", "Tiny Tiny RSS", "/public.php?op=bookmarklets--subscribe&feed_url="),
)


class BadAddress(ValueError):
    """What is no address of a web server; its text tells a person why."""


@routes.get("/feeds/<slug>/follow")
def follow(slug: str) -> Response:
    """Answer a page with the link that follows a feed in somebody's own reader."""
    feed = catalog().feed(slug)
    if feed is None:
        led = links.lead_on(slug)
        if led is None:
            raise NotFound("feed", slug)
        return led
    asked = request.args.get("host", "").strip()
    reader = next((each for each in READERS if each.key == request.args.get("reader")), None)
    if reader is None or not asked:
        return links.moved(links.feed_page(feed), status=302)
    link, wrong = "", ""
    try:
        link = base(asked) + reader.path + quote(links.addresses(feed)[0].url, safe="")
    except BadAddress as error:
        wrong = str(error)
    values = {"feed": feed, "reader": reader, "asked": asked, "link": link, "wrong": wrong}
    body = render_template("follow.html", own_readers=READERS, host=urlsplit(link).netloc, **values)
    response = Response(body, 422 if wrong else 200, content_type="text/html; charset=utf-8")
    response.headers.extend(headers.page(catalog().site))
    # It is made for one person, who need not find it in a history of the cache either.
    response.headers["Cache-Control"] = "no-store"
    return response


def base(asked: str) -> str:
    """Return the address at which a reader stands: scheme, host, port and folder; BadAddress if it is none.

    Only these are taken over, and each only in letters that no two programs read differently.
    """
    if len(asked) > MAX_CHARS or not asked.isprintable() or set(asked) & set(" \\<>\"'"):
        raise BadAddress("That is not the address of a website.")
    try:
        parts = urlsplit(asked if "://" in asked else f"https://{asked}")
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError as error:
        raise BadAddress("That is not the address of a website.") from error
    if parts.scheme not in ("http", "https"):
        raise BadAddress("The address of a reader begins with https:// or http://.")
    if "@" in parts.netloc:
        raise BadAddress("Leave out the user’s name: the reader will ask for it.")
    if parts.query or parts.fragment or not _FOLDERS.fullmatch(parts.path) or not _HOST.fullmatch(host):
        raise BadAddress("Give only where the reader stands, such as reader.example.org or example.org/rss.")
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
