"""Say how a page is passed on: the picture that stands for it, and the links that share it. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from feedsvc.model import Image


def picture(*images: Image | None) -> Image | None:
    """Return the first picture that other sites show: none of them draws an SVG."""
    return next((image for image in images if image and not _is_drawing(image.url)), None)


def ways(title: str, url: str) -> list[tuple[str, str]]:
    """Return where a page can be shared, each with its link: nobody learns of it before that is pressed."""
    both = quote(f"{title} {url}", safe="")
    return [
        ("Mail", f"mailto:?subject={quote(title, safe='')}&body={quote(url, safe='')}"),
        ("WhatsApp", f"https://wa.me/?text={both}"),
        ("Telegram", f"https://t.me/share/url?url={quote(url, safe='')}&text={quote(title, safe='')}"),
        ("Bluesky", f"https://bsky.app/intent/compose?text={both}"),
    ]


def _is_drawing(url: str) -> bool:
    return urlsplit(url).path.lower().endswith(".svg")
