"""Nothing of an item is executed in any form in which its headlines reach somebody's page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.embed.hosts import newsroom
from tests.embed.pages import Site, serving
from tests.serving import Tree, eventually

OWN = Path(__file__).parents[1] / "cases" / "embed"
CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "html-vectors.jsonl"
AT_ONCE = 50
"""So many items an embed shows at the most."""
SHOWN = "count=50&show=date,summary,image,source,tags,author&summary=1000"
SHOWN_BY_SCRIPT = (
    'count=50 summary-length=1000 eager target=_blank show="date summary image source tags author"'
)
LISTEN = """
window.done = name => console.error(`EXECUTED ${name}`);
for (const name of ['alert', 'confirm', 'prompt', 'print', 'pwned', 'xss', 'evil', 'foo', 'bad', 'xxs'])
  Object.defineProperty(window, name, {value: (...told) => done(`${name}(${told})`), configurable: true});
addEventListener('securitypolicyviolation', event => {
  console.error(`POLICY ${event.effectiveDirective} ${event.blockedURI} ${event.sample} in ${location}`);
});
"""
"""What vectors call, and what a policy that only reports would have refused, is said on the console."""
POLICY = (
    "default-src 'none'; script-src {origin} 'report-sample'; style-src 'unsafe-inline'; "
    "img-src http: https:; connect-src {origin}; frame-src {origin}; base-uri 'none'; "
    "form-action 'none'; report-uri /csp"
)
MARKUP = """() => {
  const roots = [document], found = [];
  for (const root of roots) for (const element of root.querySelectorAll('*')) {
    if (element.shadowRoot) roots.push(element.shadowRoot);
    const {localName, textContent} = element;
    if (element.matches('head, head *, [data-host]')) continue;
    const ours = {style: /^(:host|:root|text)/, script: /^\\(\\(\\) =>/}[localName];
    if (ours && !ours.test(textContent) || !KNOWN.has(localName)) found.push(`<${localName}>`);
    for (const {name, value} of element.attributes)
      if (/^on|^(style|srcdoc|formaction|id|name)$/i.test(name)
        || /^(href|src|action|data|xlink:href)$/i.test(name) && !/^https?:/i.test(value))
        found.push(`<${localName} ${name}="${value.slice(0, 60)}">`);
  }
  return found;
}"""
DRAWN = "document.querySelector('feed-headlines').items?.length"
HTML = ["html", "head", "body", "main", "div", "ul", "li", "a", "p", "h2", "bdi", "time", "img", "span"]
KNOWN = [*HTML, "feed-headlines", "slot", "button", "style", "script", "svg", "title", "text", "rect"]

pytestmark = pytest.mark.system


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(locale="en-GB")
    opened.add_init_script(LISTEN)
    # What a vector wants from anywhere else it does not get, and that it asked is seen.
    opened.route(lambda address: "//127.0.0.1:" not in address, lambda route: route.abort())
    yield opened
    opened.close()


def own() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(OWN.glob("*.html"))]


def corpus() -> list[str]:
    return [json.loads(line)["input"] for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def file_of(vector: str) -> str:
    """Return an item file whose every text is the vector."""
    quoted = json.dumps(vector.encode("utf-8", "replace").decode(), ensure_ascii=False)
    # What JSON leaves as it is and YAML does not read.
    quoted = re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]", _escaped, quoted)
    fields = "".join(f"{name}: {quoted}\n" for name in ("title", "summary", "author"))
    return f"---\n{fields}tags: [{quoted}]\ndate: 2026-01-01\n---\n\n{vector}\n"


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def write(folder: Path, vectors: Sequence[str]) -> str:
    """Write the items, in portions with a feed each; return the configuration of those feeds."""
    config = '[site]\ntitle = "Harbour News"\n'
    (folder / "items").mkdir(parents=True)
    for number, begin in enumerate(range(0, len(vectors), AT_ONCE)):
        config += f'\n[feeds.v{number}]\nlimit = {AT_ONCE}\nsources = ["items"]\ntags = ["group-{number}"]\n'
        for at, vector in enumerate(vectors[begin : begin + AT_ONCE], begin):
            text = file_of(vector).replace("tags: [", f"tags: [group-{number}, ", 1)
            (folder / "items" / f"{at:05}.html").write_bytes(text.encode("utf-8", "replace"))
    return config


def host_page(news: Tree, feed: str) -> str:
    """Return a page with each form of a feed's embed, two of them included by its server."""
    address = f"http://127.0.0.1:{news.port}"
    plain = news.get(f"/embed/{feed}.html?{SHOWN}").text
    shadow = news.get(f"/embed/{feed}.html?{SHOWN}&shadow=1").text
    picture = f"{address}/embed/{feed}.svg?count=50"
    return (
        f'<feed-headlines feed="{feed}" {SHOWN_BY_SCRIPT}></feed-headlines>'
        f"{plain}{shadow}"
        f'<iframe data-host title=page src="{address}/embed/{feed}/?{SHOWN}"></iframe>'
        f'<iframe data-host title=picture src="{picture}"></iframe>'
        f'<img data-host alt="" src="{picture}">'
    )


def look(page: Page, host: Site, address: str, frames: int) -> list[str]:
    """Return everything that was executed, refused, fetched or left as markup on a page and its frames."""
    found: list[str] = []
    page.on(
        "console",
        lambda said: found.append(said.text) if said.text.startswith(("EXECUTED", "POLICY")) else None,
    )
    page.on("dialog", lambda dialog: (found.append(f"DIALOG {dialog.message}"), dialog.dismiss()))
    page.on("popup", lambda popup: found.append(f"POPUP {popup.url}"))
    page.on("request", lambda asked: found.append(f"ASKED {asked.url}") if _is_odd(asked) else None)
    reported = len(host.reports)
    page.goto(address)
    if frames:
        # Not by wait_for_function, whose eval would be reported.
        eventually(lambda: bool(page.evaluate(DRAWN)), 60, "the headlines are drawn")
    known = f"const KNOWN = new Set({json.dumps(KNOWN)});"
    for frame in page.frames:
        found += frame.evaluate(f"(() => {{ {known} return ({MARKUP})() }})()")
    if len(page.frames) != frames + 1:
        found.append(f"FRAMES {[each.url for each in page.frames]}")
    return found + host.reports[reported:]


def _is_odd(asked: Request) -> bool:
    """Say whether a request is for neither us nor the host, nor a picture: an item's may be anywhere."""
    return "//127.0.0.1:" not in asked.url and asked.resource_type != "image"


def check(context: BrowserContext, news: Tree, vectors: int) -> None:
    """Look at every portion of the items, and at how many there are."""
    shown = 0
    with serving() as host:
        for number in range(-(-vectors // AT_ONCE)):
            feed = f"v{number}"
            address = host.page(feed, host_page(news, feed), SCRIPT.format(news.port))
            policy = POLICY.replace("{origin}", f"http://127.0.0.1:{news.port}")
            host.watched[f"/{feed}"] = policy
            page = context.new_page()
            assert look(page, host, address, 2) == [], feed
            shown += page.evaluate("document.querySelector('feed-headlines').items.length")
            page.close()
    # The publish gate keeps some from being published at all.
    assert shown >= 0.9 * vectors


SCRIPT = "<script async src=http://127.0.0.1:{}/embed/v1.js></script>"


def test_own_vectors_run_nowhere(tmp_path: Path, context: BrowserContext) -> None:
    vectors = own()
    assert len(vectors) > 60
    with newsroom(tmp_path, write(tmp_path, vectors)) as news:
        check(context, news, len(vectors))


@pytest.mark.timeout(400)
@pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS.name} is not here")
def test_the_vectors_of_other_cleaners_run_nowhere(tmp_path: Path, context: BrowserContext) -> None:
    vectors = corpus()
    with newsroom(tmp_path, write(tmp_path, vectors)) as news:
        check(context, news, len(vectors))


TAKEN = (
    "img-onerror",
    "svg-onload",
    "details-ontoggle",
    "input-onfocus",
    "script",
    "style-import",
    "link-javascript",
    "iframe-javascript",
)


def test_a_page_that_takes_vectors_as_they_are_is_found_out(context: BrowserContext) -> None:
    with serving() as host:
        host.watched["/unsafe"] = POLICY.replace("{origin}", host.address)
        body = "".join(f"<div>{(OWN / name).with_suffix('.html').read_text()}</div>" for name in TAKEN)
        page = context.new_page()
        found = look(page, host, host.page("unsafe", body), 0)
    whole = "\n".join(found)
    for kind in ("POLICY script-src", "<img onerror=", "<a href=", "ASKED ", "csp-report"):
        assert kind in whole, kind
    for name in TAKEN[:5]:
        assert f"EXECUTED pwned({name})" in whole, name
