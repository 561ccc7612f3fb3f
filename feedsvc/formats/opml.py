"""Write the list of feeds as OPML 2.0 (http://opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.etree import Element, SubElement, tostring

from feedsvc.formats.addresses import addresses
from feedsvc.formats.text import line
from feedsvc.model import Feed, Site


def opml(site: Site, feeds: Sequence[Feed]) -> bytes:
    """Return the OPML document that readers import to follow every feed, in the order given.

    Each outline is `type="rss"`, with the RSS address and the feed's page.
    """
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = line(site.title)
    body = SubElement(root, "body")
    for feed in feeds:
        urls = addresses(site, feed)
        title = line(feed.title) or line(site.title)
        SubElement(
            body, "outline", type="rss", text=title, title=title, xmlUrl=urls["rss"], htmlUrl=urls["page"]
        )
    document: bytes = tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document
