"""Every weakness of feedgen 1.0.0 that we know of, as a promise about what we send instead."""

from __future__ import annotations

import locale
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc import formats
from feedsvc.formats.feedgen_ext import MEDIA, Nest, add
from feedsvc.model import Article, Enclosure, Image, Item, Link, Origin, Person, Selection, Site
from tests.formats.samples import FEED, NOON, RICH, SITE, item, selection

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
HUBS = ("https://hub.example/a", "https://hub.example/b")


def rss(*items: Item, chosen: Selection | None = None) -> etree._Element:
    return etree.fromstring(formats.render(chosen or selection(*items), "rss"))


def atom(*items: Item, chosen: Selection | None = None) -> etree._Element:
    return etree.fromstring(formats.render(chosen or selection(*items), "atom"))


def find(root: etree._Element, path: str) -> list[str]:
    return [str(found) for found in root.xpath(path, namespaces=NAMES)]


def test_rss_says_itself_once_and_every_hub() -> None:
    root = rss(chosen=selection(hubs=HUBS))
    assert find(root, "channel/a:link[@rel='self']/@href") == ["https://herald.example/feeds/world.rss"]
    assert find(root, "channel/a:link[@rel='self']/@type") == ["application/rss+xml"]
    assert find(root, "channel/a:link[@rel='hub']/@href") == list(HUBS)


def test_atom_says_page_first_then_itself_and_every_hub() -> None:
    root = atom(chosen=selection(hubs=HUBS))
    assert find(root, "a:link/@rel") == ["alternate", "self", "hub", "hub"]
    assert find(root, "a:link/@href")[:2] == [
        "https://herald.example/feeds/world/",
        "https://herald.example/feeds/world.atom",
    ]


def test_the_channel_link_is_the_page_whatever_other_links_there_are() -> None:
    chosen = selection(hubs=HUBS, feed=replace(FEED, image=Image("https://herald.example/logo.png")))
    root = rss(chosen=chosen)
    assert find(root, "channel/link/text()") == ["https://herald.example/feeds/world/"]
    assert find(root, "channel/image/link/text()") == find(root, "channel/link/text()")
    assert find(root, "channel/image/title/text()") == find(root, "channel/title/text()")


def test_atom_entry_links_keep_every_attribute_with_the_alternate_first() -> None:
    via, related = Link("https://a.example/", "A"), Link("https://b.example/", "B")
    links = etree.ElementTree(atom(item(article=RICH, via=(via,), related=(related,)))).findall(
        "a:entry/a:link", NAMES
    )
    assert [dict(link.attrib) for link in links] == [
        {"href": "https://herald.example/items/item-1", "rel": "alternate"},
        {
            "href": "https://herald.example/media/talk.mp3",
            "rel": "enclosure",
            "type": "audio/mpeg",
            "length": "1234",
            "title": "Talk",
        },
        {"href": "https://herald.example/media/plan.pdf", "rel": "enclosure", "type": "application/pdf"},
        {"href": "https://a.example/", "rel": "via", "title": "A"},
        {"href": "https://b.example/", "rel": "related", "title": "B"},
    ]


def test_every_rss_item_has_a_guid_that_says_it_is_no_permalink() -> None:
    for id_ in ("https://herald.example/1", "tag:herald.example,2026:1", "urn:uuid:1"):
        root = rss(item(id=id_))
        assert find(root, "channel/item/guid/text()") == [id_]
        assert find(root, "channel/item/guid/@isPermaLink") == ["false"]


def test_atom_titles_and_summaries_are_text_and_content_is_html() -> None:
    root = atom(item(title="a < b", summary="c < d", content="<p>e&nbsp;f<br>g</p>"))
    assert find(root, "a:entry/a:title/@type") == ["text"]
    assert find(root, "a:entry/a:summary/@type") == ["text"]
    assert find(root, "a:entry/a:content/@type") == ["html"]
    assert find(root, "a:entry/a:content/@src") == []
    assert find(root, "a:entry/a:content/text()") == ["<p>e&nbsp;f<br>g</p>"]


def test_rss_has_the_summary_before_the_full_content() -> None:
    root = rss(item(summary="Short", content="<p>Long</p>"))
    names = [etree.QName(child).localname for child in root.find("channel/item")]
    assert names.index("description") < names.index("encoded")
    assert find(root, "channel/item/description/text()") == ["Short"]
    assert find(root, "channel/item/content:encoded/text()") == ["<p>Long</p>"]


def test_rss_descriptions_are_html_so_that_a_summary_shows_as_it_was_written() -> None:
    root = rss(item(summary="Use <b> & be bold", content="<p>x</p>"))
    assert find(root, "channel/item/description/text()") == ["Use &lt;b&gt; &amp; be bold"]


def test_atom_says_the_language_of_the_feed_and_of_the_entries_that_differ() -> None:
    root = atom(item(1, language="ar"), item(2, language="EN"), item(3))
    assert find(root, "@xml:lang") == ["en"]
    assert find(root, "a:entry/@xml:lang") == ["ar"]


def test_every_atom_element_is_in_a_namespace_with_its_usual_prefix() -> None:
    body = formats.render(selection(item(article=RICH)), "atom")
    root = etree.fromstring(body)
    assert all(etree.QName(element).namespace for element in root.iter())
    assert b'xmlns=""' not in body
    assert b"ns0" not in body


def test_a_republished_item_names_its_source() -> None:
    origin = Origin("A & B", "https://a.example/", "https://a.example/feed", "urn:a", NOON, "© A")
    entry, channel = atom(item(origin=origin)), rss(item(origin=origin))
    assert find(entry, "a:entry/a:source/*/text()") == ["urn:a", "A & B", "2026-11-25T12:00:00Z", "© A"]
    assert find(entry, "a:entry/a:source/a:link/@rel") == ["alternate", "self"]
    assert find(entry, "a:entry/a:author/a:name/text()") == ["A & B"]
    assert find(channel, "channel/item/source/text()") == ["A & B"]
    assert find(channel, "channel/item/source/@url") == ["https://a.example/feed"]


def test_a_source_without_id_and_date_still_has_both_in_atom() -> None:
    root = atom(item(origin=Origin("A", feed_url="https://a.example/feed")))
    assert find(root, "a:entry/a:source/a:id/text()") == ["https://a.example/feed"]
    assert find(root, "a:entry/a:source/a:updated/text()") == find(root, "a:entry/a:updated/text()")


def test_rss_has_the_first_enclosure_and_atom_has_all() -> None:
    root = rss(item(article=RICH))
    assert [dict(found.attrib) for found in root.iter("enclosure")] == [
        {"url": "https://herald.example/media/talk.mp3", "length": "1234", "type": "audio/mpeg"}
    ]
    assert len(find(atom(item(article=RICH)), "a:entry/a:link[@rel='enclosure']")) == 2


def test_an_enclosure_of_unknown_length_says_zero_in_rss() -> None:
    root = rss(item(enclosures=(Enclosure("https://herald.example/a.mp3", "audio/mpeg"),)))
    assert find(root, "channel/item/enclosure/@length") == ["0"]


def test_items_keep_their_order_after_everything_about_the_channel() -> None:
    items = [item(number) for number in (3, 1, 2)]
    root = rss(*items)
    assert find(root, "channel/item/guid/text()") == [each.id for each in items]
    assert [child.tag for child in root.find("channel")][-3:] == ["item"] * 3
    assert find(atom(*items), "a:entry/a:id/text()") == [each.id for each in items]
    assert [etree.QName(child).localname for child in atom(*items)][-3:] == ["entry"] * 3


@pytest.mark.parametrize(
    "bad", ["\x00", "\x08", "\x0b", "\x1f", "\x85", "\ud800", "\ufffe", "\ufdd0", "\U0001ffff"]
)
def test_characters_that_break_xml_are_left_out_everywhere(bad: str) -> None:
    article = Article(
        title=f"a{bad}b",
        summary=f"s{bad}",
        content=f"<p>c{bad}</p>",
        link=f"https://a.example/{bad}x",
        authors=(Person(f"n{bad}"),),
        tags=(f"t{bad}",),
        origin=Origin(f"o{bad}", "https://o.example/"),
    )
    site = replace(SITE, title=f"h{bad}", rights=f"r{bad}")
    for format_ in formats.SUFFIXES:
        body = formats.render(selection(item(article=article), site=site), format_)
        formats.check(body, format_)
        assert b">ab<" in body or b'"ab"' in body


def test_content_may_hold_the_end_of_a_cdata_section() -> None:
    html = "<p>]]> ]]&gt; <![CDATA[ x ]]></p>"
    root = rss(item(summary="s", content=html))
    assert find(root, "string(channel/item/content:encoded)") == list(html)


def test_dates_are_in_gmt_in_whole_seconds_and_never_touch_the_locale(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the locale belongs to the process")

    monkeypatch.setattr(locale, "setlocale", refuse)
    moment = NOON.replace(microsecond=999_999)
    one = item(published=moment, updated=moment)
    assert find(rss(one), "channel/item/pubDate/text()") == ["Wed, 25 Nov 2026 12:00:00 GMT"]
    assert find(rss(one), "channel/lastBuildDate/text()") == ["Wed, 25 Nov 2026 12:00:00 GMT"]
    assert find(atom(one), "a:entry/a:updated/text()") == ["2026-11-25T12:00:00Z"]


def test_a_date_without_a_zone_is_refused_by_the_items_name() -> None:
    naive = item(7, published=datetime(2026, 1, 1))
    for format_ in formats.SUFFIXES:
        with pytest.raises(formats.RenderError, match="no time zone") as caught:
            formats.render(selection(item(1), naive), format_)
        assert caught.value.item_id == naive.id


def test_the_date_of_the_feed_is_the_selections_and_stands_there_once() -> None:
    chosen = replace(selection(), updated=datetime(2024, 6, 9, 12, tzinfo=UTC))
    root = rss(chosen=chosen)
    assert find(root, "channel/lastBuildDate/text()") == ["Sun, 09 Jun 2024 12:00:00 GMT"]
    assert find(atom(chosen=chosen), "a:updated/text()") == ["2024-06-09T12:00:00Z"]


def test_a_correction_shows_as_atom_updated_and_leaves_the_publication_date() -> None:
    corrected = item(published=NOON - timedelta(hours=2), updated=NOON)
    assert find(rss(corrected), "channel/item/a:updated/text()") == ["2026-11-25T12:00:00Z"]
    assert find(rss(corrected), "channel/item/pubDate/text()") == ["Wed, 25 Nov 2026 10:00:00 GMT"]
    assert find(rss(item()), "channel/item/a:updated") == []


def test_generator_and_docs_are_ours_and_the_specifications() -> None:
    assert find(rss(), "channel/generator/text()") == ["feedsvc"]
    assert find(rss(), "channel/docs/text()") == ["http://www.rssboard.org/rss-specification"]
    assert find(atom(), "a:generator/text()") == ["feedsvc"]


def test_a_site_author_with_a_mail_address_is_the_managing_editor() -> None:
    site = replace(SITE, author=Person("Anna & Bo", "desk@herald.example"))
    root = rss(chosen=selection(site=site))
    assert find(root, "channel/managingEditor/text()") == ["desk@herald.example (Anna & Bo)"]
    assert find(rss(), "channel/managingEditor/text()") == []


def test_rss_authors_are_creators_by_name_and_never_author_elements() -> None:
    root = rss(item(article=RICH))
    assert find(root, "channel/item/dc:creator/text()") == ["Anna Berg", "Bo Lind"]
    assert find(root, "//author") == []


def test_atom_entries_name_their_authors_and_the_feed_names_one_for_the_rest() -> None:
    root = atom(item(article=RICH), item(2))
    assert find(root, "a:entry[1]/a:author/a:name/text()") == ["Anna Berg", "Bo Lind"]
    assert find(root, "a:author/a:name/text()") == ["News desk"]
    nameless = atom(chosen=selection(site=Site("https://herald.example", "Harbour Herald")))
    assert find(nameless, "a:author/a:name/text()") == ["Harbour Herald"]


def test_an_item_without_a_title_gets_one_from_its_summary_or_its_date() -> None:
    long = "The quick brown fox jumps over the lazy dog, then over the fence and away"
    for format_ in formats.SUFFIXES:
        body = formats.render(
            selection(item(1, title=" ", summary=long), item(2, title="", summary="")), format_
        )
        assert "The quick brown fox jumps over the lazy dog, then over the…" in body.decode()
        assert "2026-11-25" in body.decode()


def test_there_is_no_text_input_and_no_misspelt_syndication_element() -> None:
    body = formats.render(selection(item(article=RICH)), "rss")
    assert b"textInput" not in body
    assert b"sy:" not in body


def test_addresses_are_percent_encoded_everywhere() -> None:
    article = replace(
        RICH,
        link="https://bücher.example/ä b?q=[1]",
        image=Image("https://herald.example/ä b.jpg"),
        enclosures=(Enclosure("https://herald.example/a b.mp3", "audio/mpeg"),),
    )
    for format_ in formats.SUFFIXES:
        body = formats.render(selection(item(article=article)), format_).decode()
        assert "https://xn--bcher-kva.example/%C3%A4%20b?q=%5B1%5D" in body
        assert "https://herald.example/%C3%A4%20b.jpg" in body
        assert "https://herald.example/a%20b.mp3" in body
        assert "ä" not in body


def test_the_lead_image_is_media_without_a_group() -> None:
    for root, entry in ((rss(item(article=RICH)), "channel/item"), (atom(item(article=RICH)), "a:entry")):
        assert find(root, "//media:group") == []
        content = root.find(f"{entry}/media:content", NAMES)
        assert dict(content.attrib) == {
            "url": "https://herald.example/media/ferry.jpg",
            "type": "image/jpeg",
            "medium": "image",
            "width": "800",
            "height": "600",
        }
        assert find(root, f"{entry}/media:content/media:credit/text()") == ["Bo Lind"]
        assert find(root, f"{entry}/media:thumbnail/@url") == ["https://herald.example/media/ferry.jpg"]


def test_what_an_image_shows_is_text_that_no_reader_takes_for_markup() -> None:
    image = Image("https://herald.example/a.jpg", "<b> & more", "B & Co")
    body = formats.render(selection(item(image=image)), "rss").decode()
    assert ">&#x3C;b&gt; &#x26; more</media:description>" in body
    assert ">B &#x26; Co</media:credit>" in body
    assert find(atom(item(image=image)), "a:entry//media:description/text()") == ["<b> & more"]


def test_an_image_that_is_the_enclosure_is_not_repeated_as_media_content() -> None:
    image = Image("https://herald.example/ä.jpg")
    one = item(image=image, enclosures=(Enclosure(image.url, "image/jpeg"),))
    assert find(rss(one), "channel/item/media:content") == []
    assert find(atom(one), "a:entry/media:content") == []
    assert len(find(rss(one), "channel/item/media:thumbnail")) == 1


def test_plain_text_in_rss_has_hexadecimal_references_and_is_escaped_once() -> None:
    body = formats.render(
        selection(item(title="Use <b> in Q&A", tags=("R&D",), authors=(Person("A & B"),))), "rss"
    ).decode()
    assert "<title>Use &#x3C;b&gt; in Q&#x26;A</title>" in body
    assert ">R&#x26;D</category>" in body
    assert "<dc:creator>A &#x26; B</dc:creator>" in body


def test_only_well_known_namespaces_are_declared() -> None:
    root = rss(item(article=RICH))
    assert set(root.nsmap.values()) == {NAMES["a"], NAMES["content"], NAMES["dc"], NAMES["media"]}
    assert set(atom(item(article=RICH)).nsmap.values()) == {NAMES["a"], NAMES["media"]}


def test_a_summary_feed_holds_no_content() -> None:
    feed = replace(FEED, content="summary")
    for format_ in formats.SUFFIXES:
        body = formats.render(selection(item(summary="Short", content="<p>secret</p>"), feed=feed), format_)
        assert b"secret" not in body
        assert b"Short" in body


def test_a_browser_is_told_how_to_show_the_xml() -> None:
    site = replace(SITE, url="https://herald.example/news")
    for format_ in ("rss", "atom"):
        body = formats.render(selection(site=site), format_).splitlines()
        assert body[0] == b"<?xml version='1.0' encoding='UTF-8'?>"
        assert body[1] == b'<?xml-stylesheet type="text/css" href="/news/static/feed.css"?>'


def test_a_tag_says_which_tags_it_is_one_of() -> None:
    root, channel = atom(item(article=RICH)), rss(item(article=RICH))
    assert find(root, "a:entry/a:category/@term") == find(root, "a:entry/a:category/@label")
    assert find(root, "a:entry/a:category/@term") == ["ferries", "weather"]
    assert set(find(root, "a:entry/a:category/@scheme")) == {"https://herald.example/tags/"}
    assert set(find(channel, "channel/item/category/@domain")) == {"https://herald.example/tags/"}


def test_what_rss_has_no_room_for_is_an_atom_link_in_the_item() -> None:
    via, related = Link("https://a.example/", "A"), Link("https://b.example/", "B")
    root = rss(item(article=RICH, via=(via,), related=(related,)))
    links = root.findall("channel/item/a:link", NAMES)
    assert [(link.get("rel"), link.get("href")) for link in links] == [
        ("enclosure", "https://herald.example/media/plan.pdf"),
        ("via", "https://a.example/"),
        ("related", "https://b.example/"),
    ]


def test_rss_says_the_language_of_the_items_that_differ() -> None:
    root = rss(item(1, language="ar"), item(2, language="EN"), item(3))
    assert find(root, "channel/item[dc:language='ar']/title/text()") == ["Item 1"]
    assert len(find(root, "channel/item/dc:language")) == 1


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((88, 31), ("88", "31")),
        ((600, 300), ("144", "72")),
        ((300, 1200), ("100", "400")),
        ((9000, 1), ("144", "1")),
        ((None, 10), None),
    ],
)
def test_the_channels_image_is_never_shown_larger_than_rss_allows(
    size: tuple[int | None, int], shown: tuple[str, str] | None
) -> None:
    image = Image("https://herald.example/logo.png", width=size[0], height=size[1])
    found = rss(chosen=selection(feed=replace(FEED, image=image))).find("channel/image")
    told = (found.findtext("width"), found.findtext("height"))
    assert told == (shown or (None, None))


def test_an_image_that_rss_does_not_know_is_left_to_the_other_formats() -> None:
    feed = replace(FEED, image=Image("https://herald.example/logo.svg?v=2"))
    assert find(rss(chosen=selection(feed=feed)), "channel/image") == []
    assert find(atom(chosen=selection(feed=feed)), "a:logo/text()") == ["https://herald.example/logo.svg?v=2"]


def test_a_feed_without_an_image_has_the_sites_and_every_feed_has_its_icon() -> None:
    site = replace(
        SITE, image=Image("https://herald.example/logo.png"), icon="https://herald.example/icon.png"
    )
    root = atom(chosen=selection(site=site))
    assert find(root, "a:logo/text()") == ["https://herald.example/logo.png"]
    assert find(root, "a:icon/text()") == ["https://herald.example/icon.png"]
    assert find(rss(chosen=selection(site=site)), "channel/image/url/text()") == [
        "https://herald.example/logo.png"
    ]


ANY_TEXT = st.text(alphabet=st.characters(codec="utf-8")).map(formats.sendable)
ANY_VALUES = st.dictionaries(st.sampled_from(["href", "rel", "title"]), ANY_TEXT)


@given(st.none() | ANY_TEXT, ANY_VALUES)
@settings(max_examples=200, deadline=None)
def test_what_an_entry_adds_itself_is_written_as_lxml_writes_it(
    text: str | None, values: dict[str, str]
) -> None:
    nest = Nest("feed", "entry", namespaces={"media": MEDIA})
    entry, twin = etree.Element("entry"), etree.Element("entry")
    for each in (entry, twin):
        add(each, "id", "urn:x")
    own = nest.own()
    for name in ("link", f"{{{MEDIA}}}title"):
        own.add(name, text, **values)
        add(twin, name, text, **values)
    below = own.below()
    below.add("name", text, **values)
    own.add("author", below, **values)
    add(add(twin, "author", **values), "name", text, **values)
    assert nest.serialised(entry, own) == nest.serialised(twin)
