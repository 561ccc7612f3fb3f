"""What a Content-Security-Policy lets through, by the examples of the specification and of real pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.hostcheck.policy import Script, lets, lets_script, lets_style, matches, read

PAGE = "https://host.example/news/today"
OURS = "https://news.example/embed/v1.js"
STYLE = "display:block;min-height:18rem"
HASH = "sha256-6kkzNOCIfcg5GaoyJN0PEEXUVF1K1C7R0eNINoAJrtY="


@pytest.mark.parametrize(
    ("source", "url", "is_let"),
    [
        ("*", OURS, True),
        ("*", "data:text/plain,x", False),
        ("https:", OURS, True),
        ("http:", OURS, True),
        ("https:", "http://news.example/", False),
        ("'self'", OURS, False),
        ("'self'", "https://host.example/x.js", True),
        ("'self'", "https://host.example:8443/x.js", False),
        ("'SELF'", "https://host.example/x.js", True),
        ("news.example", OURS, True),
        ("NEWS.example", OURS, True),
        ("https://news.example", OURS, True),
        ("http://news.example", OURS, True),
        ("https://news.example:443", OURS, True),
        ("https://news.example:8443", OURS, False),
        ("https://news.example:*", "https://news.example:8443/", True),
        ("news.example", "https://news.example:8443/", False),
        ("*.example", OURS, True),
        ("*.news.example", OURS, False),
        ("*.news.example", "https://cdn.news.example/", True),
        ("notnews.example", OURS, False),
        ("https://news.example/embed/", OURS, True),
        ("https://news.example/embed", OURS, False),
        ("https://news.example/embed/v1.js", OURS, True),
        ("https://news.example/embed/v1.js", f"{OURS}?x=1", True),
        ("https://news.example/", OURS, True),
        ("https://news.example/other/", OURS, False),
        ("'none'", OURS, False),
        ("'unsafe-inline'", OURS, False),
        ("'nonce-abc'", OURS, False),
        ("not a source", OURS, False),
        ("https://[::1]", "https://[::1]/", True),
    ],
)
def test_a_source_lets_through_what_it_names(source: str, url: str, is_let: bool) -> None:
    assert matches((source,), PAGE, url) is is_let


def test_a_source_without_a_scheme_has_that_of_the_page() -> None:
    assert matches(("news.example",), "http://host.example/", "http://news.example/")
    assert matches(("news.example",), "http://host.example/", OURS)
    assert not matches(("news.example",), PAGE, "http://news.example/")


@pytest.mark.parametrize(
    ("policy", "is_let"),
    [
        ("", True),
        ("img-src 'none'", True),
        ("default-src 'self'", False),
        ("default-src https://news.example", True),
        ("default-src https://news.example; script-src 'self'", False),
        ("default-src 'none'; script-src https://news.example", True),
        ("script-src 'none'; script-src-elem https://news.example", True),
        ("script-src https://news.example; script-src-elem 'self'", False),
        ("SCRIPT-SRC https://news.example; script-src 'none'", True),
        ("script-src", False),
    ],
)
def test_the_nearest_directive_answers_for_a_script_and_the_first_of_a_name_counts(
    policy: str, is_let: bool
) -> None:
    assert all(lets_script(each, PAGE, Script(OURS)) for each in read(policy)) is is_let


@pytest.mark.parametrize(
    ("sources", "script", "is_let"),
    [
        ("'nonce-abc'", Script(OURS, nonce="abc"), True),
        ("'nonce-abc'", Script(OURS, nonce="ABC"), False),
        ("'nonce-abc'", Script(OURS), False),
        ("'strict-dynamic' https://news.example", Script(OURS), False),
        ("'strict-dynamic' 'nonce-abc'", Script(OURS, nonce="abc"), True),
        ("'sha384-AbC='", Script(OURS, integrity="sha384-AbC="), True),
        ("'sha384-AbC='", Script(OURS, integrity="sha384-other"), False),
        ("'sha384-AbC='", Script(OURS, integrity="sha384-AbC= sha384-other"), False),
    ],
)
def test_nonces_and_hashes_let_a_script_through_and_strict_dynamic_takes_addresses_away(
    sources: str, script: Script, is_let: bool
) -> None:
    (policy,) = read(f"script-src {sources}")
    assert lets_script(policy, PAGE, script) is is_let


@pytest.mark.parametrize(
    ("policy", "is_let"),
    [
        ("style-src 'unsafe-inline'", True),
        ("style-src 'self'", False),
        ("style-src 'unsafe-inline' 'nonce-a'", False),
        ("style-src 'unsafe-inline' 'nonce-a'; style-src-attr 'unsafe-inline'", True),
        ("default-src 'self'", False),
        (f"style-src 'unsafe-hashes' '{HASH}'", True),
        (f"style-src '{HASH}'", False),
        ("script-src 'self'", True),
    ],
)
def test_a_style_attribute_needs_a_word_for_it(policy: str, is_let: bool) -> None:
    (one,) = read(policy)
    assert lets_style(one, STYLE) is is_let


def test_every_policy_must_let_a_thing_through() -> None:
    policies = read("connect-src https://news.example, connect-src 'self'")
    assert [lets(each, PAGE, "connect-src", OURS) for each in policies] == [True, False]


def test_frames_fall_back_on_child_src() -> None:
    (policy,) = read("child-src https://news.example; default-src 'none'")
    assert lets(policy, PAGE, "frame-src", "https://news.example/embed/all/")


@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=80))
def test_whatever_a_policy_says_there_is_an_answer(text: str, url: str, page: str) -> None:
    for policy in read(text):
        assert lets_script(policy, page, Script(url, text, text)) in (True, False)
        assert lets(policy, page, "connect-src", url) in (True, False)
        assert lets_style(policy, url) in (True, False)
