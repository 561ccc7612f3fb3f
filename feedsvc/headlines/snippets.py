"""Write the code that people paste into their pages: every way to embed a feed's headlines. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from feedsvc import formats
from feedsvc.headlines.coding import css_string, jsx_attribute, php_string, script_string, shell_word
from feedsvc.headlines.document import path_of
from feedsvc.headlines.form import TICKER, served
from feedsvc.headlines.frame import STYLE_HASH
from feedsvc.headlines.headline import Headlines
from feedsvc.headlines.height import pixels
from feedsvc.headlines.options import Kind, Options, canonical
from feedsvc.headlines.tag import attributes, element, fallback, label, page, snapshot

FRAME_PADDING = 32
"""Pixels around the headlines in the page for a frame, where no theme brings its own."""

FRAGMENT_STYLE_HASH = STYLE_HASH.rpartition(" ")[2]
"""That of the style which the page for a frame and a fragment with its own look have in common."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the code names of this site: absolute addresses, and the room that headlines need."""

    script: str
    pinned: str
    integrity: str
    """Of the pinned script."""
    height: str
    """What the page keeps free, such as `18rem`."""
    images: tuple[str, ...]
    """Where pictures come from, in the words of a Content-Security-Policy."""


@dataclass(frozen=True, slots=True)
class Code:
    """One piece of text to copy, and what it is."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """One way to embed: what it is for, its code, and what the policy (CSP) of a page must allow."""

    key: str
    name: str
    about: str
    codes: tuple[Code, ...]
    policy: tuple[tuple[str, str], ...] = ()
    """Directives with the sources that have to be in them; empty: none."""
    note: str = ""

    @property
    def needs(self) -> str:
        """The directives, as they are written in a policy."""
        return "; ".join(f"{name} {sources}" for name, sources in self.policy)


def snippets(made: Headlines, place: Place) -> tuple[Snippet, ...]:
    """Return every way to embed these headlines, the usual one first.

    The layout of the options may be a ticker, which the ways without the script show as a compact list.
    """
    return (
        *_with_script(made, place),
        _frame(made, place),
        _wordpress(made),
        _fragment(made, place),
        _react(made, place),
        _json(made),
    )


def _with_script(made: Headlines, place: Place) -> tuple[Snippet, ...]:
    style = f"display:block;min-height:{place.height}"
    # The list's own margins must stay inside, or the page moves when it leaves.
    apart = style.replace("display:block", "display:flow-root")
    usual = f'<script async src="{escape(place.script)}"></script>'
    pinned = (
        f'<script async src="{escape(place.pinned)}"\n'
        f'        integrity="{escape(place.integrity)}" crossorigin="anonymous"></script>'
    )
    policy = _script_policy(made, place)
    inline = (*policy, ("style-src-attr", "'unsafe-inline'"))
    element_ = element(made, fallback(made), style)
    rule = (
        f"feed-headlines[feed={css_string(made.feed.slug)}] {{\n"
        f"  display: block;\n  min-height: {place.height};\n}}"
    )
    return (
        Snippet(
            "script", "Script",
            "For most pages: the headlines take on the page’s font and colours, and stay up to date.",
            (Code("HTML", f"{element_}\n{usual}"),), inline,
        ),
        Snippet(
            "pinned", "Pinned script",
            "The same with one release of the script for ever: a browser runs that very file or none.",
            (Code("HTML", f"{element_}\n{pinned}"),), inline,
        ),
        Snippet(
            "snapshot", "With today’s headlines",
            "Today’s headlines stand in the page itself, for search engines and readers without JavaScript; "
            "the script replaces them with new ones.",
            (Code("HTML", f"{element(made, snapshot(made), apart)}\n{usual}"),), inline,
        ),
        Snippet(
            "unstyled", "No inline style",
            "For pages with a strict policy for styles: the room is kept by a rule in your own stylesheet.",
            (Code("HTML", f"{element(made, fallback(made))}\n{usual}"), Code("CSS", rule)), policy,
        ),
    )  # fmt: skip


def _frame(made: Headlines, place: Place) -> Snippet:
    address = _address(made, "page")
    high = pixels(place.height) + frame_padding(made.options)
    code = (
        f'<iframe src="{escape(address)}" title="{escape(label(made))}"\n'
        f'        width="100%" height="{high}" loading="lazy" frameborder="0"\n'
        f'        sandbox="{SANDBOX}"></iframe>'
    )
    return Snippet(
        "frame",
        "iframe",
        "For systems that allow no scripts, and to keep strictly apart. It has a look of its own.",
        (Code("HTML", code),),
        (("frame-src", _origin(made)),),
        _still(made),
    )


def frame_padding(options: Options) -> int:
    """Return the pixels that the page for a frame is higher than the headlines."""
    return 0 if options.theme else FRAME_PADDING


SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
"""What the frame needs: to say how high it is, and to open what is clicked."""


def _wordpress(made: Headlines) -> Snippet:
    note = ""
    if canonical(served(made.options), "page"):
        note = "WordPress asks for this address alone: your choices do not come along. The iframe has them."
    return Snippet(
        "wordpress",
        "WordPress",
        "Paste this address on a line of its own into a post, and WordPress makes an embed of it.",
        (Code("Address", page(made)),),
        (("frame-src", _origin(made)),),
        note,
    )


def _fragment(made: Headlines, place: Place) -> Snippet:
    plain = _address(made, "html")
    styled = f"{plain}{'&' if '?' in plain else '?'}shadow=1"
    images = (("img-src", " ".join(place.images)),) if _has_images(made) else ()
    codes = (
        Code("Address", plain),
        Code("PHP", f"<?php readfile({php_string(plain)}); ?>"),
        Code("Shell", f"curl -fsS {shell_word(plain)} -o headlines.html"),
        Code("Address, with its own look", styled),
    )
    note = f"The one with its own look also needs style-src {FRAGMENT_STYLE_HASH}. {_still(made)}".strip()
    about = (
        "For sites that are put together on a server: a list of links without any script, "
        "to be fetched every few minutes or whenever the site is built."
    )
    return Snippet("fragment", "HTML fragment", about, codes, images, note)


def _react(made: Headlines, place: Place) -> Snippet:
    indent = "      "
    lines = [f"{indent}{jsx_attribute(*each)}" for each in attributes(made.feed.slug, made.options)]
    words, address = script_string(label(made)), script_string(page(made))
    code = f"""import {{ useEffect }} from "react";

const SCRIPT = {script_string(place.script)};

export function Headlines() {{
  useEffect(() => {{
    if ([...document.scripts].some((script) => script.src === SCRIPT)) return;
    document.head.append(Object.assign(document.createElement("script"), {{ src: SCRIPT, async: true }}));
  }}, []);
  return (
    <feed-headlines
{chr(10).join(lines)}
      style={{{{ display: "block", minHeight: "{place.height}" }}}}
    >
      <a href={{{address}}}>{{{words}}}</a>
    </feed-headlines>
  );
}}"""
    return Snippet(
        "react",
        "React",
        "A component that loads the script once, however often it is used.",
        (Code("JSX", code),),
        _script_policy(made, place),
    )


def _json(made: Headlines) -> Snippet:
    address = _address(made, "json")
    code = f"""const answer = await fetch({script_string(address)}, {{ credentials: "omit" }});
const {{ items }} = await answer.json();
const list = document.createElement("ul");
for (const {{ title, url }} of items) {{
  const row = document.createElement("li");
  row.append(Object.assign(document.createElement("a"), {{ href: url, textContent: title || url }}));
  list.append(row);
}}
document.querySelector("#headlines").append(list);"""
    return Snippet(
        "json",
        "JSON",
        "For whatever you draw yourself: JSON Feed 1.1, open to scripts of other sites.",
        (Code("Address", address), Code("JavaScript", code)),
        (("connect-src", _origin(made)),),
        "Your choices of look do not matter here: it holds what the headlines say.",
    )


def _script_policy(made: Headlines, place: Place) -> tuple[tuple[str, str], ...]:
    origin = _origin(made)
    needed = [("script-src", origin), ("connect-src", origin)]
    if _has_images(made):
        needed.append(("img-src", " ".join(place.images)))
    return tuple(needed)


def _has_images(made: Headlines) -> bool:
    return "image" in made.options.show


def _still(made: Headlines) -> str:
    return "A ticker needs the script: here it is a compact list." if made.options.layout == TICKER else ""


def _address(made: Headlines, kind: Kind) -> str:
    query = canonical(served(made.options), kind)
    address = made.site.url + formats.path_uri(path_of(made.feed.slug, kind))
    return f"{address}?{query}" if query else address


def _origin(made: Headlines) -> str:
    parts = urlsplit(made.site.url)
    return f"{parts.scheme}://{parts.netloc}"
