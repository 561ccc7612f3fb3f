"""Write a parsed article anew in a small, canonical HTML: paragraphs, headings, lists, tables, figures.

The tree is only read. What is written keeps the content models of HTML, so that a browser reads it
back as it was meant, and reading and writing it once more gives the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bs4 import Tag
from bs4.element import PageElement

from feedsvc.article import inline, unwanted
from feedsvc.article.inline import Context, has_text, is_blank, local, number
from feedsvc.article.policy import BLOCKS, HEADINGS


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of HTML, or a line that becomes a paragraph unless its parent takes it bare."""

    html: str
    is_line: bool = False
    attributes: str = ""
    """Of the paragraph that a line becomes."""


def render(root: Tag, base: str | None) -> str:
    """Return the content of the element as canonical HTML, one block a line, with absolute addresses."""
    return "\n".join(_paragraph(piece) for piece in _flow(root.children, Context(base, _holders(root))))


def _holders(root: Tag) -> frozenset[int]:
    found: set[int] = set()
    for tag in root.find_all(True):
        if not (isinstance(tag, Tag) and tag.name in BLOCKS):
            continue
        for parent in tag.parents:
            if id(parent) in found:
                break
            found.add(id(parent))
    return frozenset(found)


def _flow(nodes: Iterable[PageElement], context: Context) -> list[Piece]:
    """Return the nodes as blocks, and the text between them as lines."""
    pieces: list[Piece] = []
    waiting: list[PageElement] = []
    for node in _spliced(nodes, context):
        if isinstance(node, Tag) and _stands_alone(node, context):
            pieces += _lines(waiting, context)
            waiting = []
            pieces += _block(node, context)
        else:
            waiting.append(node)
    return [*pieces, *_lines(waiting, context)]


def _spliced(nodes: Iterable[PageElement], context: Context) -> Iterator[PageElement]:
    """Yield the nodes, and in place of an inline element that is published without its tags its content."""
    for node in nodes:
        if isinstance(node, Tag) and not inline.keeps_tags(node, context):
            yield from _spliced(node.children, context)
        else:
            yield node


def _stands_alone(node: Tag, context: Context) -> bool:
    if node.name in inline.WRITERS:
        return node.name == "x-iframe"
    return node.name in BLOCKS or id(node) in context.holders


def _lines(nodes: list[PageElement], context: Context) -> Iterator[Piece]:
    """Yield the nodes as lines: two breaks in a row begin a new one."""
    current, gap = "", ""
    for node in nodes:
        html = inline.part(node, context)
        if is_blank(html):
            gap += html
            continue
        if gap.count("<br>") > 1:
            yield from _line(current, context)
            current = ""
        current += gap + html
        gap = ""
    yield from _line(current, context)


def _line(html: str, context: Context) -> Iterator[Piece]:
    html = inline.tidy(html)
    if not is_blank(html):
        start = "".join(wrap[0] for wrap in context.wraps)
        end = "".join(wrap[1] for wrap in reversed(context.wraps))
        yield Piece(f"{start}{html}{end}", is_line=True)


def _block(node: Tag, context: Context) -> list[Piece]:
    if unwanted.is_unwanted(node, context.base):
        return []
    if node.name in _WRITERS:
        return _WRITERS[node.name](node, context)
    if node.name in BLOCKS:
        return _localised(node, _flow(node.children, context))
    wrap = inline.wrapper(node, context) if inline.is_repeatable(node) else None
    inner = inline.within(node, context) if wrap else context
    return _flow(node.children, replace(inner, wraps=(*context.wraps, wrap)) if wrap else inner)


def _localised(node: Tag, pieces: list[Piece]) -> list[Piece]:
    """Return the pieces of an element that is unwrapped, keeping its language and direction."""
    attributes = local(node)
    if not attributes or not pieces:
        return pieces
    if len(pieces) == 1 and pieces[0].is_line and not pieces[0].attributes:
        return [replace(pieces[0], attributes=attributes)]
    return [Piece(f"<div{attributes}>{_paragraphs(pieces)}</div>")]


def _paragraph(piece: Piece) -> str:
    return f"<p{piece.attributes}>{piece.html}</p>" if piece.is_line else piece.html


def _paragraphs(pieces: Iterable[Piece]) -> str:
    return "".join(_paragraph(piece) for piece in pieces)


def _tight(pieces: list[Piece]) -> str:
    """Return the pieces for a list item or a cell: a single line stands bare, also before a nested list."""
    if not pieces or not pieces[0].is_line or pieces[0].attributes:
        return _paragraphs(pieces)
    if any(piece.is_line or not piece.html.startswith(("<ul", "<ol")) for piece in pieces[1:]):
        return _paragraphs(pieces)
    return pieces[0].html + _paragraphs(pieces[1:])


def _elements(node: Tag) -> Iterator[Tag]:
    return (child for child in node.children if isinstance(child, Tag))


def _heading(node: Tag, context: Context) -> list[Piece]:
    html = inline.line(node.children, context)
    if not has_text(html):
        return _flow(node.children, context)
    name = "h2" if node.name == "h1" else node.name
    wrapped = "".join(piece.html for piece in _line(html, context))
    return [Piece(f"<{name}{local(node)}>{wrapped}</{name}>")]


def _rule(node: Tag, context: Context) -> list[Piece]:
    return [Piece("<hr>")]


def _quotation(node: Tag, context: Context) -> list[Piece]:
    pieces = _flow(node.children, context)
    return [Piece(f"<blockquote{local(node)}>{_paragraphs(pieces)}</blockquote>")] if pieces else []


def _preformatted(node: Tag, context: Context) -> list[Piece]:
    html = inline.write(node.children, replace(context, in_pre=True)).lstrip("\n").rstrip()
    return [] if is_blank(html) else [Piece(f"<pre{local(node)}>{html}</pre>")]


def _embed(node: Tag, context: Context) -> list[Piece]:
    html = inline.part(node, context)
    return [Piece(html, is_line=True)] if html else []


def _list(node: Tag, context: Context) -> list[Piece]:
    """Return a list; what stands between its items becomes items of its own."""
    items: list[str] = []
    stray: list[PageElement] = []
    for child in [*node.children, None]:
        if child is None or (isinstance(child, Tag) and child.name == "li"):
            items += _item("", _flow(stray, context))
            stray = []
            if child is not None and not unwanted.is_unwanted(child, context.base):
                items += _item(local(child) + number(child, "value"), _flow(child.children, context))
        else:
            stray.append(child)
    if not items:
        return []
    name = "ol" if node.name == "ol" else "ul"
    order = (
        number(node, "start") + (' reversed=""' if "reversed" in node.attrs else "") if name == "ol" else ""
    )
    return [Piece(f"<{name}{local(node)}{order}>{''.join(items)}</{name}>")]


def _item(attributes: str, pieces: list[Piece]) -> list[str]:
    return [f"<li{attributes}>{_tight(pieces)}</li>"] if pieces else []


def _definitions(node: Tag, context: Context) -> list[Piece]:
    html = "".join(_definition(child, context) for child in node.children)
    return [Piece(f"<dl{local(node)}>{html}</dl>")] if html else []


def _definition(node: PageElement, context: Context) -> str:
    if isinstance(node, Tag) and node.name == "div":
        return "".join(_definition(child, context) for child in node.children)
    if isinstance(node, Tag) and node.name == "dt":
        term = inline.line(node.children, context)
        return f"<dt{local(node)}>{term}</dt>" if term else ""
    is_meaning = isinstance(node, Tag) and node.name == "dd"
    pieces = _flow(node.children if is_meaning and isinstance(node, Tag) else [node], context)
    return (
        f"<dd{local(node) if isinstance(node, Tag) and is_meaning else ''}>{_tight(pieces)}</dd>"
        if pieces
        else ""
    )


def _figure(node: Tag, context: Context) -> list[Piece]:
    """Return a figure with its caption last; a caption whose picture is lost goes with it."""
    captions = [child for child in node.find_all("figcaption") if child.find_parent("figure") is node]
    shown = _flow((child for child in node.children if child not in captions), context)
    shown = [piece for piece in shown if piece.html]
    if not shown:
        return []
    html = "".join(
        piece.html if piece.is_line and not has_text(piece.html) else _paragraph(piece) for piece in shown
    )
    for caption in captions[:1]:
        text = _tight(_flow(caption.children, replace(context, wraps=(), in_link=False)))
        html += f"<figcaption{local(caption)}>{text}</figcaption>" if text else ""
    return [Piece(f"<figure{local(node)}>{html}</figure>")]


def _details(node: Tag, context: Context) -> list[Piece]:
    heads = [child for child in _elements(node) if child.name == "summary"]
    head = inline.line(heads[0].children, context) if heads else ""
    pieces = _flow((child for child in node.children if child not in heads[:1]), context)
    if not pieces:
        return [Piece(head, is_line=True)] if head else []
    summary = f"<summary>{head}</summary>" if head else ""
    return [Piece(f"<details{local(node)}>{summary}{_paragraphs(pieces)}</details>")]


def _table(node: Tag, context: Context) -> list[Piece]:
    """Return a table; one of a single cell only laid something out and is unwrapped."""
    sections = [child for child in _elements(node) if child.name in ("thead", "tbody", "tfoot")]
    cells = [cell for section in sections for row in _elements(section) for cell in _cells(row)]
    captions = [child for child in _elements(node) if child.name == "caption"]
    above = [piece for caption in captions[:1] for piece in _flow(caption.children, context)]
    if len(cells) == 1:
        return above + _flow(cells[0].children, context)
    html = "".join(_section(section, context) for section in sections)
    if is_blank(html):
        return above
    head = f"<caption>{_tight(above)}</caption>" if above else ""
    return [Piece(f"<table{local(node)}>{head}{html}</table>")]


def _cells(row: Tag) -> Iterator[Tag]:
    return (cell for cell in _elements(row) if cell.name in ("td", "th"))


def _section(node: Tag, context: Context) -> str:
    rows = (
        row for row in _elements(node) if row.name == "tr" and not unwanted.is_unwanted(row, context.base)
    )
    html = "".join(f"<tr{local(row)}>{cells}</tr>" for row in rows if (cells := _row(row, context)))
    return f"<{node.name}>{html}</{node.name}>" if html else ""


def _row(row: Tag, context: Context) -> str:
    return "".join(_cell(cell, context) for cell in _cells(row))


def _cell(cell: Tag, context: Context) -> str:
    attributes = local(cell) + number(cell, "colspan") + number(cell, "rowspan")
    scope = str(cell.get("scope") or "").lower() if cell.name == "th" else ""
    attributes += f' scope="{scope}"' if scope in ("col", "row", "colgroup", "rowgroup") else ""
    return f"<{cell.name}{attributes}>{_tight(_flow(cell.children, context))}</{cell.name}>"


_WRITERS: dict[str, Callable[[Tag, Context], list[Piece]]] = {
    "blockquote": _quotation,
    "details": _details,
    "dir": _list,
    "dl": _definitions,
    "figure": _figure,
    "hr": _rule,
    "menu": _list,
    "ol": _list,
    "pre": _preformatted,
    "table": _table,
    "ul": _list,
    "x-iframe": _embed,
    **dict.fromkeys(HEADINGS, _heading),
}
