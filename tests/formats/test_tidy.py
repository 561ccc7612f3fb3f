from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from feedsvc.formats.tidy import tidy
from feedsvc.model import Person, Selection, Site
from tests.formats.samples import FEED, item, selection
from tests.formats.strategies import FEW, selections


@given(chosen=selections)
@FEW
def test_tidying_twice_changes_nothing_more(chosen: Selection) -> None:
    once = tidy(chosen)
    untouched = Selection(once.site, once.feed, once.items, once.updated, once.hubs)
    assert tidy(untouched) == once


def test_tags_that_differ_in_case_only_are_one() -> None:
    (one,) = tidy(selection(item(tags=("Storm", "storm", " ", "Sea")))).items
    assert one.article.tags == ("Storm", "Sea")


def test_people_need_a_name_and_keep_real_mail_addresses_only() -> None:
    people = (Person(" "), Person("Anna", "mailto:anna@herald.example"), Person("Bo", "not an address"))
    (one,) = tidy(selection(item(authors=people))).items
    assert one.article.authors == (Person("Anna", "anna@herald.example"), Person("Bo"))


def test_a_summary_that_repeats_the_title_is_left_out() -> None:
    (one,) = tidy(selection(item(title="Ferry sails", summary="Ferry  sails"))).items
    assert one.article.summary == ""


def test_an_item_without_a_link_has_its_page() -> None:
    (one,) = tidy(selection(item(slug="färja"))).items
    assert one.article.link == "https://herald.example/items/f%C3%A4rja"


def test_a_feed_that_says_nothing_about_itself_says_what_the_site_says() -> None:
    site = Site("https://herald.example/", "", description="News")
    made = tidy(selection(feed=replace(FEED, title="", language=""), site=site))
    assert made.site.title == made.feed.title == "https://herald.example"
    assert (made.feed.description, made.feed.language) == ("News", "en")
