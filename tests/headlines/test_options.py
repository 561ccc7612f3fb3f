from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.headlines import KINDS, SHOWN, BadOption, Kind, Options, canonical, read, settled

WORDS = st.text(min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
TAGS = st.lists(WORDS.filter(lambda word: "," not in word), max_size=4, unique=True).map(
    lambda tags: tuple(sorted(tags))
)
OPTIONS = st.builds(
    Options,
    count=st.integers(1, 50),
    exclude=TAGS,
    heading=st.one_of(st.just(""), WORDS),
    lang=st.sampled_from(["", "en", "de-CH", "ar"]),
    layout=st.sampled_from(["list", "cards", "compact"]),
    q=st.one_of(st.just(""), WORDS),
    show=st.sets(st.sampled_from(SHOWN)).map(lambda shown: tuple(word for word in SHOWN if word in shown)),
    summary=st.integers(0, 1000),
    tags=TAGS,
    theme=st.sampled_from(["", "auto", "dark"]),
)


@given(OPTIONS, st.sampled_from(KINDS))
def test_what_is_spelt_reads_back_as_the_same_and_is_spelt_in_the_same_way(
    options: Options, kind: Kind
) -> None:
    query = canonical(options, kind)
    again = read(dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))), kind)
    assert canonical(again, kind) == query
    assert query.isascii()
    assert not set(query) & set(" #\"<>'\r\n") - {"'"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_does_not_use_is_no_part_of_its_address(kind: Kind) -> None:
    asked = {"utm_source": "x", "_": "173", "callback": "alert"}
    assert canonical(read(asked, kind), kind) == ""


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"count": "0"}, "number from 1 to 50"),
        ({"count": "51"}, "number from 1 to 50"),
        ({"count": "٣"}, "number from 1 to 50"),
        ({"count": "9" * 5000}, "number from 1 to 50"),
        ({"count": "-1"}, "number from 1 to 50"),
        ({"summary": "1001"}, "number from 0 to 1000"),
        ({"layout": "wall"}, "list, cards, compact"),
        ({"layout": "ticker"}, "list, cards, compact"),
        ({"theme": "<b>"}, "auto, light, dark"),
        ({"show": "date everything"}, "everything"),
        ({"lang": "en us"}, "de-CH"),
        ({"lang": "x" * 36}, "de-CH"),
        ({"tags": ",".join(map(str, range(21)))}, "20 tags are the most"),
        ({"q": "x" * 201}, "200 are the most"),
        ({"shadow": "yes"}, "0, 1"),
    ],
)
def test_a_bad_value_is_told_with_what_it_may_be(query: dict[str, str], told: str) -> None:
    with pytest.raises(BadOption, match=told):
        read(query, "json" if "summary" in query else "html")


def test_a_script_that_says_its_language_shares_the_answer_of_its_feed() -> None:
    for lang in ("en", "en-GB", "EN_us".replace("_", "-"), "tlh"):
        assert settled(read({"lang": lang}, "json"), "json", "en") == Options()
    assert settled(read({"lang": "ar-EG"}, "json"), "json", "en").lang == "ar"
    assert settled(read({"lang": "de-CH"}, "page"), "page", "de").lang == "de-ch"
