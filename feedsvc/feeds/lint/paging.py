"""Judge paged, archived and complete feeds (RFC 5005): one document, or a whole chain of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from feedsvc.feeds.lint.facts import Facts
from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.links import PAGES


def paging(facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with what one document says about its pages."""
    pages = [rel for rel in facts.links if rel in PAGES]
    if facts.complete is not None:
        if pages:
            yield found("F501", facts.complete, f"rel={pages[0]}")
        if facts.archive is not None:
            yield found("F510", facts.archive)
    elif facts.archive is not None:
        yield from _archive(facts)
    for link in facts.links.get("prev", ()):
        yield found("F505", link.at, link.href)
    yield from _ends(facts)
    for rel in pages:
        for link in facts.links[rel][1:]:
            yield found("F508", link.at, f"rel={rel}")


def _archive(facts: Facts) -> Iterator[Finding]:
    if not facts.hrefs("current"):
        yield found("F502", facts.archive)
    if not (facts.hrefs("prev-archive") or facts.hrefs("next-archive")):
        yield found("F503", facts.archive)


def _ends(facts: Facts) -> Iterator[Finding]:
    own = set(facts.hrefs("self"))
    if own & set(facts.hrefs("last")) and facts.hrefs("next"):
        yield found("F504", facts.links["next"][0].at, facts.hrefs("next")[0])
    if own & set(facts.hrefs("first")) and facts.hrefs("previous"):
        yield found("F504", facts.links["previous"][0].at, facts.hrefs("previous")[0])
    for rel in ("next", "previous", "prev-archive", "next-archive"):
        for link in facts.links.get(rel, ()):
            if link.href in own and facts.kind != "json":
                yield found("F507", link.at, f"rel={rel}: {link.href}")


def chain(documents: Sequence[tuple[str, Facts]]) -> Iterator[tuple[str, Finding]]:
    """Yield what is wrong between the pages of one feed, each with the address of its page.

    The feed itself comes first, then its archive pages. An item may be in the feed and on one page; it
    must not be on two pages.
    """
    if not documents:
        return
    (_, feed), pages = documents[0], documents[1:]
    by_address = dict(documents)
    where: dict[str, str] = {}
    for address, page in pages:
        if page.id != feed.id or (not feed.id and page.title != feed.title):
            yield address, found("F511", told=page.id or page.title)
        for item in page.item_ids:
            if where.setdefault(item, address) != address:
                yield address, Finding("F512", f"also in {where[item]}", item=item)
    for address, page in documents:
        yield from ((address, finding) for finding in _neighbours(address, page, by_address))


def _neighbours(address: str, page: Facts, by_address: dict[str, Facts]) -> Iterator[Finding]:
    for earlier in page.hrefs("prev-archive"):
        known = by_address.get(earlier)
        back = known.hrefs("next-archive") if known else ()
        # The newest archive page names no page after it: the feed itself is not part of the archive.
        if known and page.archive is not None and back and address not in back:
            yield found("F513", page.links["prev-archive"][0].at, f"{earlier} goes on to {back[0]}")
