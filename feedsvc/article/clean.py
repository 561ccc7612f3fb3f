"""Make untrusted HTML small, safe and well-formed: every input gives an answer, in bounded time.

    html ─ tree.parse ─▶ tree ─ blocks.render ─▶ canonical HTML ─ policy.gate ─▶ published

Cleaning its own answer changes nothing. HTML beyond the bounds of `tree` becomes plain paragraphs.
"""

from __future__ import annotations

from feedsvc.article import blocks, policy, tree, urls
from feedsvc.article.text import paragraphs, stripped

_ROUNDS = 4


def keeps_markup(html: str) -> bool:
    """Say whether `clean` reads HTML as HTML: what is beyond its bounds it takes as plain text."""
    return tree.admitted(html) is not None


def clean(html: str, base_url: str | None = None) -> str:
    """Return the HTML as it may be published: total, idempotent, with absolute http(s) addresses.

    Scripts, styles, forms, trackers, share buttons and empty elements are gone; lazy images have their
    real addresses; relative ones are resolved against the base, or dropped where there is none.
    """
    base = urls.web(base_url) if base_url else None
    for _ in range(_ROUNDS):
        root = tree.parse(html)
        if root is None:
            break
        rendered = blocks.render(root, base)
        html = policy.gate(rendered)
        # Where a browser would read the text as another tree than the one that was written, nh3, which
        # parses like one, answers with another text: then that is cleaned once more.
        if html == rendered and tree.fits(html) and not tree.is_deep(html):
            return html
    return policy.gate(paragraphs(stripped(html)))
