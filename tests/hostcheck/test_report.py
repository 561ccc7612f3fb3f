"""What is said of the pages of others: each mistake is found, named, and told how to be mended."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.hostcheck import MAX_CHARS, HostPage, Ours, Report, check, decode
from feedsvc.hostcheck.markup import tokens

PINNED, OLD = "/embed/v1.2.bbbbbbbbbb.js", "/embed/v1.1.aaaaaaaaaa.js"
OURS = Ours(
    "https://news.example",
    {OLD: "sha384-OLD", PINNED: "sha384-NEW"},
    "/embed/v1.js",
    {"all": (), "news": (), "friends": ("https://friend.example",)},
    {"sport": "news", "olympics": ""},
)
ELEMENT = (
    '<feed-headlines feed="all" count="3" style="min-height:9rem"><a href="/x">Headlines</a></feed-headlines>'
)
SCRIPT = '<script async src="https://news.example/embed/v1.js"></script>'
GOOD = f"<!doctype html><title>x</title>\n{ELEMENT}\n{SCRIPT}"
META = '<meta http-equiv="Content-Security-Policy" content="connect-src x">'
FRAME = '<iframe src="https://news.example/embed/all/" title="x"></iframe>'


def looked_at(text: str, url: str = "https://host.example/page", **headers: str) -> Report:
    return check(
        HostPage(url, {name.replace("_", "-"): value for name, value in headers.items()}, text), OURS
    )


def told(report: Report) -> str:
    return "\n".join(
        f"{each.level} {each.line}: {each.what} {each.remedy} {each.code}" for each in report.findings
    )


def test_nothing_is_said_of_a_page_that_is_well() -> None:
    report = looked_at(GOOD)
    assert told(report) == ""
    assert report.is_good
    assert report.elements == 1


@pytest.mark.parametrize(
    ("text", "headers", "said"),
    [
        ("<p>Hello</p>", {}, "error 0: Nothing of ours is in the source"),
        (ELEMENT, {}, 'The element is there, and the script is not'),
        (ELEMENT, {}, '<script async src="https://news.example/embed/v1.js"></script>'),
        (SCRIPT, {}, "The script is there, and the element is not"),
        (f"<!-- {GOOD} -->", {}, "stands in a comment"),
        (f"<textarea>{GOOD}</textarea>", {}, "stands in a text field"),
        ("<p>&lt;feed-headlines feed=…", {}, "shown as text"),
        (f"<template>{ELEMENT}</template>{SCRIPT}", {}, "inside <template>"),
        (f"<noscript>{ELEMENT}</noscript>{SCRIPT}", {}, "inside <noscript>"),
        (GOOD.replace("</feed-headlines>", ""), {}, "error 2: The element is never closed"),
        (f"<feed-headlines feed=all />{SCRIPT}", {}, "ends with “/>”"),
        (GOOD.replace('feed="all"', 'feed="newz"'), {}, "There is no feed “newz”. Did you mean “news”?"),
        (GOOD.replace('feed="all"', 'feed="sport"'), {}, "is published no more. Write “news” instead."),
        (GOOD.replace('feed="all"', 'feed="olympics"'), {}, "is published no more. Choose another"),
        (GOOD.replace('feed="all"', 'feed="friends"'), {}, "option embed_origins. https://host.example"),
        (GOOD.replace("count=", "limit="), {}, "warning 2: The attribute “limit” means nothing"),
        (GOOD.replace("count=", "cuont="), {}, "Did you mean “count”?"),
        (GOOD.replace('count="3"', 'count="99"'), {}, "it must be a number from 1 to 50"),
        (GOOD.replace("count=", "layout=card count="), {}, "Did you mean “cards”?"),
        (GOOD.replace("count=", "show='date sumary' count="), {}, "Did you mean “summary”?"),
        (GOOD.replace("count=", "refresh=5 count="), {}, "a number from 60"),
        (GOOD.replace(' style="min-height:9rem"', ""), {}, "hint 2: No room is kept"),
        (GOOD.replace('<a href="/x">Headlines</a>', ""), {}, "The element is empty"),
        (GOOD.replace("https://news", "http://news"), {}, "comes over http"),
        (GOOD.replace("async ", ""), {}, "Add the word async"),
        (GOOD.replace("<script ", "<script type=text/plain "), {}, "has type “text/plain”"),
        (GOOD.replace("<script ", "<script type=module "), {}, "has type “module”"),
        (GOOD.replace("async src", "async data-src"), {}, "put aside, by a plugin"),
        (GOOD.replace("news.example/embed/v1", "else.example/embed/v1"), {}, "that of another site"),
        (GOOD.replace("/embed/v1.js", "/embed/v1.9.cccccccccc.js"), {}, "There is no script at this address"),
        (GOOD.replace("async ", "async integrity=sha384-X crossorigin "), {}, "is not that of the file"),
        (GOOD.replace("async ", "async integrity=sha384-NEW crossorigin "), {}, "changes with each release"),
        (GOOD.replace('/embed/v1.js"', f'{PINNED}" integrity="sha384-NEW"'), {}, "no crossorigin"),
        (GOOD.replace('/embed/v1.js"', f'{OLD}" integrity=sha384-OLD crossorigin'), {}, "an older release"),
        (f"{GOOD}{SCRIPT}", {}, "The script is there 2 times"),
        (2 * GOOD.replace("feed=", "id=a feed="), {}, "2 elements have the id “a”"),
        (GOOD, {"content_security_policy": "script-src 'self'"}, "Add https://news.example to script-src."),
        (GOOD, {"content_security_policy": "script-src 'self'"}, "script-src 'self' https://news.example"),
        (GOOD, {"content_security_policy": "default-src 'none'"}, "connect-src https://news.example"),
        (GOOD, {"content_security_policy": "script-src 'strict-dynamic' 'nonce-a'"}, "the nonce of the page"),
        (GOOD, {"content_security_policy": "style-src 'self'"}, "does not allow the style attribute"),
        (
            GOOD.replace("count=", "show=image count="),
            {"content_security_policy": "img-src 'self'"},
            "warning 2: The page’s policy (CSP, in a header) blocks the pictures.",
        ),
        (f'{META}{GOOD}', {}, "(CSP, in a meta element)"),
        (GOOD, {"content_security_policy": "sandbox allow-forms"}, "is sandboxed"),
        (FRAME, {"content_security_policy": "frame-src 'none'"}, "frame-src https://news.example"),
        (FRAME, {"content_security_policy": "frame-src a b"}, "frame-src a b https://news.example"),
        (FRAME, {"cross_origin_embedder_policy": "require-corp"}, "credentialless"),
        (FRAME.replace("/all/", "/al/"), {}, "Did you mean “all”?"),
        (FRAME.replace("/all/", "/friends/"), {}, "Only some sites may embed"),
        (FRAME.replace("<iframe", "<iframe sandbox"), {}, "sandbox allows no scripts"),
        ("{}", {"content_type": "application/json"}, "This is no web page, but application/json."),
    ],
)  # fmt: skip
def test_each_mistake_is_found_and_told(text: str, headers: dict[str, str], said: str) -> None:
    assert said in told(looked_at(text, **headers))


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        (GOOD.replace("<script ", '<script nonce="a" '), {"content_security_policy": "script-src 'nonce-a'"}),
        (GOOD, {"content_security_policy": "default-src https: 'unsafe-inline'"}),
        (GOOD.replace("count=", 'class="x" data-x="1" aria-label="y" onclick="" count='), {}),
        (GOOD.replace('feed="all"', 'feed="friends"'), {"url": "https://friend.example/"}),
        (f'<base href="https://news.example/">{ELEMENT}<script async src="/embed/v1.js"></script>', {}),
        (GOOD.replace("https://news", "http://news"), {"url": "http://host.example/"}),
        (f"{ELEMENT}<script>load('https:\\/\\/news.example\\/embed\\/v1.js')</script>", {}),
        (FRAME, {"content_security_policy": "frame-src https://news.example"}),
        (f"<script>'<feed-headlines>'</script>{GOOD}", {}),
    ],
)
def test_what_is_right_is_left_alone(text: str, headers: dict[str, str]) -> None:
    assert told(looked_at(text, **headers)) == ""


def test_the_worst_comes_first() -> None:
    levels = [each.level for each in looked_at(ELEMENT.replace("count=", "cuont=")).findings]
    assert levels == ["error", "warning"]


@given(st.text(alphabet="<>/!-='\" \nafed-headlines script src=iframe", max_size=400))
@example("<feed-headlines")
@example("<a b='")
@example("<!--><script></script")
def test_whatever_a_page_holds_there_is_a_report(text: str) -> None:
    assert len(looked_at(text).findings) <= 40
    places = [token.at for token in tokens(text)]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "part",
    ["<!--", "<a ", "<a b='", "<script>", "<!", "</", "<a <a", "&lt;feed-", "<feed-headlines cuont=1 "],
)
def test_the_time_for_a_hostile_page_grows_no_faster_than_the_page(part: str) -> None:
    """What takes the square of the time would need hours for these: half a minute is only patience."""
    begun = time.monotonic()
    looked_at(part * (MAX_CHARS // len(part)))
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (GOOD.encode(), "text/html"),
        (GOOD.encode("utf-16"), "text/html"),
        (GOOD.encode("latin-1"), "text/html; charset=windows-1252"),
        (GOOD.encode(), "text/html; charset=no-such-thing"),
        (GOOD.encode() + b"\xff\xfe\x00", "text/html; charset=utf-8"),
    ],
)
def test_the_code_is_found_whatever_the_encoding(body: bytes, kind: str) -> None:
    assert looked_at(decode(body, kind)).elements == 1
