"""Judge whether a page loads and runs what it embeds: scripts, requests, pictures and frames. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, urlsplit

from feedsvc.hostcheck.elements import feed
from feedsvc.hostcheck.finding import Finding, HostPage, Level, Ours
from feedsvc.hostcheck.policy import Policy, Script, lets, lets_script, lets_style
from feedsvc.hostcheck.reading import FRAME_PATH, Element, Facts, Source

CLASSIC: Final = frozenset(
    ("", "text/javascript", "application/javascript", "application/ecmascript", "text/ecmascript")
)
NEEDED: Final = ("allow-scripts",)


def judge(page: HostPage, found: Facts, ours: Ours) -> Iterator[Finding]:
    """Yield what keeps scripts, requests, pictures and frames of the page from working."""
    for script in found.scripts:
        yield from _script(page, script, found.policies, ours)
    for element in found.elements:
        yield from _requests(page, element, found.policies, ours)
    for frame in found.frames:
        yield from _frame(page, frame, found.policies, ours)
    yield from _sandbox(found)


def _script(page: HostPage, script: Source, policies: Iterable[Policy], ours: Ours) -> Iterator[Finding]:
    given, line = script.attributes, script.line
    if "src" not in given:
        yield Finding(
            "error", "The script’s address has been put aside, by a plugin for consent or for speed.",
            "Let that plugin leave the script alone: it sets no cookies and keeps nothing.", line, script.url,
        )  # fmt: skip
    elif given.get("type", "").strip().lower() not in CLASSIC:
        yield Finding(
            "error", f"The script has type “{given['type'][:40]}” and does not run as it should.",
            "Take the type away. If a plugin for consent has set it, let it leave this script alone: "
            "it sets no cookies and keeps nothing.", line,
        )  # fmt: skip
    yield from _mixed(page, script.url, "script", line)
    if ours.path_of(script.url) is None:
        yield Finding(
            "warning", "The script is that of another site: the headlines are taken from there.",
            f"Take the one of {ours.origin}, if that is meant.", line, script.url,
        )  # fmt: skip
    else:
        yield from _integrity(script, ours)
    if not {"async", "defer"} & set(given):
        yield Finding(
            "hint", "The page waits for the script before it goes on.", "Add the word async to it.", line
        )
    seen = Script(script.url, given.get("nonce", ""), given.get("integrity", ""))
    for policy in policies:
        if not lets_script(policy, page.url, seen):
            yield _blocked(policy, "script-src-elem", ours.origin, "the script", script.line)


def _integrity(script: Source, ours: Ours) -> Iterator[Finding]:
    path, given, line = ours.path_of(script.url) or "", script.attributes, script.line
    path = path.partition("?")[0]
    integrity = given.get("integrity", "").strip()
    newest = list(ours.scripts)[-1]
    known = ours.scripts.get(newest if path == ours.script else path)
    if known is None:
        yield Finding(
            "error", "There is no script at this address.", "Copy the code from the builder again.",
            line, script.url,
        )  # fmt: skip
        return
    if integrity and known not in integrity.split():
        yield Finding(
            "error", "The script’s integrity is not that of the file: browsers do not run it.",
            f"Take the address and the integrity of one and the same release: {newest}.", line,
            ours.scripts[newest],
        )  # fmt: skip
    elif integrity and path == ours.script:
        yield Finding(
            "warning", "The script has an integrity, but an address whose content changes with each release.",
            "Take the pinned script of the builder, or leave integrity out.", line,
        )  # fmt: skip
    if integrity and "crossorigin" not in given:
        yield Finding(
            "error", "The script has integrity but no crossorigin: browsers cannot check it nor run it.",
            "Add crossorigin=\"anonymous\".", line,
        )  # fmt: skip
    if path != ours.script and path != newest:
        yield Finding(
            "hint", "The page is pinned to an older release of the script.",
            "Copy the pinned script from the builder when it suits you.", line, newest,
        )  # fmt: skip


def _requests(page: HostPage, element: Element, policies: Iterable[Policy], ours: Ours) -> Iterator[Finding]:
    given, line = element.attributes, element.line
    slug = given.get("feed", "all")
    address = given.get("src") or f"{ours.site}/embed/{quote(slug)}.json"
    wants_images = "image" in given.get("show", "") and given.get("layout") not in ("compact", "ticker")
    yield from _mixed(page, address, "headlines", line)
    for policy in policies:
        if not lets(policy, page.url, "connect-src", address):
            yield _blocked(policy, "connect-src", ours.origin, "the request for the headlines", line)
        if wants_images and not lets(policy, page.url, "img-src", f"{ours.site}/media/a.jpg"):
            yield _blocked(policy, "img-src", ours.origin, "the pictures", line, "warning")
        if "style" in given and not lets_style(policy, given["style"]):
            yield Finding(
                "warning", "The page’s policy (CSP) does not allow the style attribute: no room is kept.",
                "Take the builder’s code without inline style, and put its rule into your stylesheet.", line,
            )  # fmt: skip
    if "src" not in given:
        yield from _origin(page, slug, ours, line)


def _origin(page: HostPage, slug: str, ours: Ours, line: int) -> Iterator[Finding]:
    allowed = ours.feeds.get(slug, ())
    if allowed and page.origin not in allowed:
        yield Finding(
            "error", f"Only some sites may embed the feed “{slug}”, and {page.origin} is none of them.",
            "Ask its publisher to add this origin to the feed’s option embed_origins.", line, page.origin,
        )  # fmt: skip


def _frame(page: HostPage, frame: Source, policies: Iterable[Policy], ours: Ours) -> Iterator[Finding]:
    line, given = frame.line, frame.attributes
    if "src" not in given:
        yield Finding(
            "error", "The iframe’s address has been put aside, by a plugin for consent or for speed.",
            "Let that plugin leave this frame alone, or write loading=\"lazy\" instead.", line, frame.url,
        )  # fmt: skip
    yield from _mixed(page, frame.url, "iframe", line)
    path = ours.path_of(frame.url)
    named = FRAME_PATH.search(path or "")
    if named:
        yield from feed(named[1], ours, line)
        yield from _origin(page, named[1], ours, line)
    for policy in policies:
        if not lets(policy, page.url, "frame-src", frame.url):
            yield _blocked(policy, "frame-src", ours.origin, "the iframe", line)
    if "sandbox" in given and "allow-scripts" not in given["sandbox"].lower().split():
        yield Finding(
            "hint", "The iframe’s sandbox allows no scripts: it cannot say how high it is.",
            "Add allow-scripts to sandbox.", line,
        )  # fmt: skip
    if page.headers.get("cross-origin-embedder-policy", "").split(";")[0].strip() == "require-corp":
        yield Finding(
            "error", "The page shows only frames that opt in (Cross-Origin-Embedder-Policy: require-corp).",
            "Add the word credentialless to the iframe, or use the script.", line,
        )  # fmt: skip


def _sandbox(found: Facts) -> Iterator[Finding]:
    for policy in found.policies:
        if found.elements and policy.sandbox is not None and "allow-scripts" not in policy.sandbox:
            yield Finding(
                "error", "The page is sandboxed by its policy (CSP) and runs no scripts.",
                "Add allow-scripts to sandbox, or use the iframe or the HTML fragment.",
            )  # fmt: skip


def _mixed(page: HostPage, url: str, what: str, line: int) -> Iterator[Finding]:
    if page.url.startswith("https://") and urlsplit(url).scheme == "http":
        yield Finding(
            "error", f"The page is secure (https), the {what} comes over http: browsers do not load it.",
            "Write https:// in the address.", line, url,
        )  # fmt: skip


def _blocked(policy: Policy, kind: str, origin: str, what: str, line: int, level: Level = "error") -> Finding:
    name, sources = policy.effective(kind) or (kind, ())
    wanted = "script-src" if kind == "script-src-elem" else kind
    where = "in a meta element" if policy.is_meta else "in a header"
    if kind == "script-src-elem" and "'strict-dynamic'" in sources:
        remedy = "With 'strict-dynamic' no address counts: give the script the nonce of the page."
        return Finding(level, f"The page’s policy (CSP, {where}) blocks {what}.", remedy, line, 'nonce="…"')
    kept = [each for each in sources if each.lower() != "'none'"]
    target = name if name != "default-src" else wanted
    added = " ".join((target, *kept, origin))
    remedy = f"Add {origin} to {target}" + (
        ", which the page has not: default-src answers for it." if name == "default-src" else "."
    )
    return Finding(level, f"The page’s policy (CSP, {where}) blocks {what}.", remedy, line, added[:500])
