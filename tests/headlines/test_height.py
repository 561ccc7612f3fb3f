"""The room that is kept: it grows with what has to fit in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feedsvc.headlines import Options, headlines, height, rem
from feedsvc.model import Image
from tests.web.newsroom import FEEDS, SITE, make

IMAGE = Image("https://harbour.example/a.jpg", "", "", 600, 400)


def high(options: Options, width: float = 600, title: str = "A headline", count: int = 5) -> float:
    items = [make(f"{title} {number}", image=IMAGE) for number in range(count)]
    return height(headlines(SITE, FEEDS[0], items, options), options.layout, width)


@pytest.mark.parametrize("layout", ["list", "cards", "compact"])
def test_more_of_anything_is_higher(layout: str) -> None:
    usual = Options(layout=layout)
    assert high(replace(usual, count=5)) > high(replace(usual, count=1))
    assert high(usual, title="A headline of so many words that it needs a second line, and more " * 2) > high(
        usual
    )
    assert high(usual, width=200, title="Words " * 12) > high(usual, width=600, title="Words " * 12)
    assert high(usual) > high(replace(usual, heading="none"))
    assert high(usual) > high(replace(usual, footer="none"))


def test_pictures_and_summaries_need_room_where_they_are_shown() -> None:
    assert high(Options(show=("image",))) > high(Options(show=()))
    assert high(Options(show=("summary",))) > high(Options(show=()))
    assert high(Options(layout="cards", show=("image",))) > high(Options(layout="cards", show=()))


def test_a_ticker_is_one_line_however_much_runs_through_it() -> None:
    assert high(Options(layout="ticker", count=5)) == high(Options(layout="ticker", count=1))


def test_letters_of_east_asia_are_wide() -> None:
    assert high(Options(), title="港" * 40) > high(Options(), title="h" * 40)


def test_no_headlines_need_a_line() -> None:
    assert 0 < high(Options(), count=0) < high(Options(), count=1)


@pytest.mark.parametrize(("pixels", "said"), [(0, "0rem"), (1, "0.5rem"), (288, "18rem"), (289, "18.5rem")])
def test_room_is_told_in_half_rems_and_never_too_little(pixels: float, said: str) -> None:
    assert rem(pixels) == said
