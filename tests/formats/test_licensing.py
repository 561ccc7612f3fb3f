"""What feeds and items say of the terms that they come under."""

from __future__ import annotations

import json
from dataclasses import replace

from lxml import etree

from feedsvc import formats
from feedsvc.model import Format, Item, Origin, Selection, Site
from tests.formats.samples import FEED, NOON, SITE, item, selection

BY = "https://creativecommons.org/licenses/by/4.0/"
OTHER = "https://herald.example/terms"
RSL = "https://herald.example/license.xml"
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "cc": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "rsl": "https://rslstandard.org/rsl",
}
OTHERS = item(2, origin=Origin("Agency", rights="© Agency"))


def find(chosen: Selection, format_: Format, path: str) -> list[str]:
    root = etree.fromstring(formats.render(chosen, format_))
    return [str(found) for found in root.xpath(path, namespaces=NAMES)]


def chosen(*items: Item, **fields: object) -> Selection:
    return selection(*items, site=replace(SITE, **fields))  # type: ignore[arg-type]  # the fields of a site


def test_our_licence_is_on_the_feed_and_on_what_is_ours_but_not_on_the_work_of_others() -> None:
    licensed = chosen(item(), OTHERS, license=BY)
    assert find(licensed, "atom", "a:link[@rel='license']/@href") == [BY]
    assert find(licensed, "atom", "a:entry/a:link[@rel='license']/../a:id/text()") == [item().id]
    assert find(licensed, "rss", "channel/cc:license/text()") == [BY]
    assert find(licensed, "rss", "channel/item[cc:license]/guid/text()") == [item().id]
    feed = json.loads(formats.render(licensed, "json"))
    assert feed["_feedsvc"]["license"] == BY
    assert [each.get("_feedsvc", {}).get("license") for each in feed["items"]] == [BY, None]


def test_a_feeds_licence_overrules_the_sites_and_an_items_both() -> None:
    site, feed = replace(SITE, license=OTHER), replace(FEED, license=f"{OTHER}/feed")
    licensed = selection(item(1), item(2, license=BY), site=site, feed=feed)
    assert find(licensed, "atom", "a:link[@rel='license']/@href") == [f"{OTHER}/feed"]
    assert find(licensed, "atom", "a:entry/a:link[@rel='license']/@href") == [f"{OTHER}/feed", BY]
    assert find(licensed, "rss", "channel/item/dcterms:license/text()") == [f"{OTHER}/feed"]
    assert find(licensed, "rss", "channel/item/cc:license/text()") == [BY]


def test_only_the_namespace_that_is_used_is_declared() -> None:
    def declared(made: Selection) -> set[str]:
        return set(etree.fromstring(formats.render(made, "rss")).nsmap) - {"atom", "content", "dc", "media"}

    assert declared(chosen(item())) == set()
    assert declared(chosen(item(), license=BY)) == {"creativeCommons"}
    assert declared(chosen(item(), license=OTHER)) == {"dcterms"}
    assert declared(chosen(item(license=BY), license=OTHER)) == {"creativeCommons", "dcterms"}
    assert declared(chosen(item(), rsl_prohibits=("ai-train",))) == {"rsl"}


def test_an_item_says_its_rights_and_one_of_others_says_theirs() -> None:
    some = chosen(item(rights="© Anna & Bo"), OTHERS, rights="© Herald")
    assert find(some, "rss", "channel/copyright/text()") == ["© Herald"]
    assert find(some, "rss", "channel/item/dc:rights/text()") == ["© Anna & Bo", "© Agency"]
    # Without it the feed's own would hold for the entry (RFC 4287 §4.2.10).
    assert find(some, "atom", "a:entry/a:rights/text()") == ["© Anna & Bo", "© Agency"]
    feed = json.loads(formats.render(some, "json"))
    assert [each["_feedsvc"]["rights"] for each in feed["items"]] == ["© Anna & Bo", "© Agency"]


def test_terms_for_machines_are_linked_from_the_feed_and_from_what_is_ours() -> None:
    licensed = chosen(item(), OTHERS, rsl=RSL)
    link = "a:link[@rel='license'][@type='application/rsl+xml']"
    assert find(licensed, "atom", f"{link}/@href") == [RSL]
    assert find(licensed, "atom", f"a:entry/{link}/../a:id/text()") == [item().id]
    assert find(licensed, "rss", f"channel/{link}/@href") == [RSL]
    assert find(licensed, "rss", f"channel/item/{link}/../guid/text()") == [item().id]


def test_terms_for_machines_are_in_every_item_that_is_ours_and_lives_here() -> None:
    elsewhere = item(3, link="https://elsewhere.example/3")
    permits, prohibits = ("search", "ai-index"), ("ai-train",)
    licensed = chosen(item(), OTHERS, elsewhere, rsl_permits=permits, rsl_prohibits=prohibits)
    assert find(licensed, "rss", "channel/item/rsl:content/@url") == ["https://herald.example/items/item-1"]
    terms = "channel/item/rsl:content/rsl:license"
    assert find(licensed, "rss", f"{terms}/rsl:permits[@type='usage']/text()") == ["search ai-index"]
    assert find(licensed, "rss", f"{terms}/rsl:prohibits[@type='usage']/text()") == ["ai-train"]


def test_licences_are_percent_encoded_and_empty_ones_are_nothing() -> None:
    site = Site("https://herald.example", "H", license="https://ä.example/a b")
    made = Selection(site, FEED, (item(license=" "),), NOON)
    assert find(made, "atom", "a:entry/a:link[@rel='license']/@href") == ["https://xn--4ca.example/a%20b"]
