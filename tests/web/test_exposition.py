"""What we write is Prometheus' text format, by a reader that takes nothing else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.web.exposition import Metric, by, gauge, text
from tests.web.prometheus import Misread, parse

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
NUMBERS = st.floats(allow_nan=False) | st.integers(-(2**63), 2**63)


def test_a_metric_is_written_with_help_type_labels_and_value() -> None:
    metric = Metric("feedsvc_items", "Stored\nitems \\ all.", by("state", {'a"b\\c\nd': 3, "e": 0.5}))
    assert text([metric, gauge("feedsvc_feeds", "Feeds.", 2)]) == (
        "# HELP feedsvc_items Stored\\nitems \\\\ all.\n"
        "# TYPE feedsvc_items gauge\n"
        'feedsvc_items{state="a\\"b\\\\c\\nd"} 3\n'
        'feedsvc_items{state="e"} 0.5\n'
        "# HELP feedsvc_feeds Feeds.\n"
        "# TYPE feedsvc_feeds gauge\n"
        "feedsvc_feeds 2\n"
    )


def test_what_is_not_known_is_left_out() -> None:
    assert text([gauge("feedsvc_feeds", "Feeds.", None), Metric("feedsvc_items", "Items.", ())]) == ""


def test_large_numbers_keep_every_digit() -> None:
    assert text([gauge("a", "A.", 2**63 - 1)]).splitlines()[-1] == "a 9223372036854775807"
    assert text([gauge("a", "A.", math.inf)]).splitlines()[-1] == "a +Inf"


@settings(max_examples=60, deadline=None)
@given(help_=WORDS, values=st.dictionaries(WORDS, NUMBERS, max_size=4))
def test_whatever_is_written_is_read_back(help_: str, values: dict[str, float]) -> None:
    read = parse(text([Metric("feedsvc_it", help_, by("name", values), "counter")]))
    if not values:
        assert read == {}
        return
    family = read["feedsvc_it"]
    assert (family.help, family.kind) == (help_, "counter")
    assert {dict(labels)["name"]: value for labels, value in family.samples.items()} == {
        name: float(value) for name, value in values.items()
    }


@pytest.mark.parametrize(
    "document",
    [
        "a 1",
        "a 1\n",
        "# TYPE a gauge\na 1\n",
        "# HELP a A.\na 1\n",
        "# HELP a A.\n# TYPE a thing\na 1\n",
        "# HELP a A.\n# TYPE a gauge\na one\n",
        "# HELP a A.\n# TYPE a gauge\nb 1\n",
        "# HELP a A.\n# TYPE a gauge\na 1\na 2\n",
        '# HELP a A.\n# TYPE a gauge\na{b="c} 1\n',
        '# HELP a A.\n# TYPE a gauge\na{b="\\x"} 1\n',
        '# HELP a A.\n# TYPE a gauge\na{1b="c"} 1\n',
        '# HELP a A.\n# TYPE a gauge\na{b="c",b="d"} 1\n',
        "# HELP a A.\n# TYPE a gauge\na 1\n\n",
        "# HELP a A.\n# TYPE a gauge\na 1\n# HELP a A.\n# TYPE a gauge\n",
        "# HELP 1a A.\n# TYPE 1a gauge\n1a 1\n",
    ],
)
def test_the_reader_of_these_tests_takes_nothing_else(document: str) -> None:
    with pytest.raises(Misread):
        parse(document)
