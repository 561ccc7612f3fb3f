"""Judge an XML document as a whole: its size, encoding and namespaces, and the elements of known ones."""

from __future__ import annotations

from collections.abc import Iterator

from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.names import ATOM, ELEMENTS, MISSPELT, PODCAST, PREFIXES, XHTML, XML
from feedsvc.feeds.lint.xml import Tree

_LARGE, _SIZEABLE = 5_000_000, 512_000


def size(body: bytes) -> Iterator[Finding]:
    """Yield a finding where a document is larger than readers like."""
    if len(body) > _LARGE:
        yield found("F006", told=f"{len(body):,} bytes")
    elif len(body) > _SIZEABLE:
        yield found("F007", told=f"{len(body):,} bytes")


def document(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with a document, whatever feed is in it."""
    if tree.encoding not in ("utf-8", "utf8", "us-ascii", "ascii"):
        yield Finding("F009", tree.encoding, 1, 1)
    if tree.doctype:
        yield Finding("F010", "", 1, 1)
    for name, line, column in tree.skipped[:20]:
        yield Finding("F019", f"&{name};", line, column)
    yield from _namespaces(tree)
    yield from _vocabulary(tree)


def _namespaces(tree: Tree) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    is_atom = tree.root.namespace == ATOM
    for prefix, namespace, line, column in tree.namespaces:
        if (prefix, namespace) in told or not namespace:
            continue
        told.add((prefix, namespace))
        shown = f'xmlns{f":{prefix}" if prefix else ""}="{namespace}"'
        code = _about_namespace(prefix, namespace, is_atom)
        if code:
            yield Finding(code, shown, line, column)


def _about_namespace(prefix: str, namespace: str, is_atom: bool) -> str:
    if namespace in MISSPELT:
        return "F016"
    if namespace not in PREFIXES:
        return "F011"
    if namespace == PODCAST:
        return "F012"
    if is_atom and prefix and namespace in (ATOM, XHTML):
        return "F014"
    if prefix and namespace != XML and PREFIXES[namespace] not in ("", prefix):
        return "F013"
    return ""


def _vocabulary(tree: Tree) -> Iterator[Finding]:
    told: set[str] = set()
    for element in tree.root.walk():
        known = ELEMENTS.get(element.namespace)
        if known is not None and element.name not in known and element.label not in told:
            told.add(element.label)
            yield found("F015", element, f"<{element.label}>")
