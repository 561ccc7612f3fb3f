"""Read untrusted XML into a small tree that knows its lines and columns, within bounds.

No entity is expanded, no DTD read, no address opened: a document that asks for it is refused. expat is
used since it alone tells the column, and the prefixes that were written.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

MAX_BYTES: Final = 20_000_000
XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_MAX_DEPTH: Final = 200
_MAX_ELEMENTS: Final = 200_000

_DECLARED = re.compile(rb"""^<\?xml\s[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._:-]{1,40})["']""")
_NATIVE: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "utf-16"})
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CODECS: Final = {
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (*range(2, 12), 13, 14, 15, 16)},
    **{f"windows-{n}": f"cp{n}" for n in (*range(1250, 1259), 874)},
    **{"koi8-r": "koi8-r", "koi8-u": "koi8-u", "macintosh": "mac-roman", "tis-620": "cp874"},
    **{"shift_jis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "big5": "big5hkscs"},
    **{"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "euc-kr": "cp949"},
}


class Refused(Exception):  # it is an answer, not a failure
    """A document that is not read: why, as a code of the lint, with the place."""

    def __init__(self, code: str, told: str, line: int = 0, column: int = 0) -> None:
        super().__init__(told)
        self.code, self.told, self.line, self.column = code, told, line, column


@dataclass(slots=True, eq=False)
class Element:
    """An element: its name and namespace, attributes (`name`, or `{namespace}name`), text and children."""

    namespace: str
    name: str
    prefix: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list[Element] = field(default_factory=list)
    source: bytes = b""
    """The whole document, of which `start` and `end` cut out what is between its tags."""
    start: int = 0
    end: int = 0
    _texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the text that is directly in it, its children's left out."""
        if len(self._texts) > 1:
            self._texts = ["".join(self._texts)]
        return self._texts[0] if self._texts else ""

    @property
    def raw(self) -> bytes:
        """Return its source, from its own tag to its end."""
        return self.source[self.start : self.end]

    @property
    def value(self) -> str:
        """Return its text without white space around it."""
        return self.text.strip()

    @property
    def label(self) -> str:
        """Return its name as it was written."""
        return f"{self.prefix}:{self.name}" if self.prefix else self.name

    def attribute(self, name: str) -> str:
        """Return an attribute's value without white space around it; empty where there is none."""
        return self.attributes.get(name, "").strip()

    def all(self, name: str, namespace: str = "") -> list[Element]:
        """Return the children of a name."""
        return [each for each in self.children if each.name == name and each.namespace == namespace]

    def first(self, name: str, namespace: str = "") -> Element | None:
        """Return the first child of a name."""
        return next(
            (each for each in self.children if each.name == name and each.namespace == namespace), None
        )

    def walk(self) -> Iterator[Element]:
        """Yield it and everything below it, in the order of the document."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += reversed(element.children)


@dataclass(frozen=True, slots=True)
class Tree:
    """A document: its root, and what only its beginning tells."""

    root: Element
    encoding: str
    """In small letters."""
    namespaces: tuple[tuple[str, str, int, int], ...]
    """Each declaration: prefix, namespace, line and column of its element."""
    doctype: bool
    skipped: tuple[tuple[str, int, int], ...]
    """Entities that a DTD might declare, which nobody reads: name, line, column."""


def parse(body: bytes) -> Tree:
    """Return the tree of a document; Refused, with its code, where it is none or asks for too much."""
    if len(body) > MAX_BYTES:
        raise Refused("F005", f"{len(body):,} bytes")
    encoding = _encoding(body)
    source, name = _transcoded(body, encoding)
    builder = _Builder(name, source)
    try:
        builder.parser.Parse(source, True)
    except expat.ExpatError as error:
        raise Refused("F001", expat.ErrorString(error.code), error.lineno, error.offset + 1) from None
    except (LookupError, ValueError):
        # What expat makes of a label that Python does not know, or bytes that do not fit it.
        raise Refused("F008", encoding, 1, 1) from None
    if builder.root is None:
        raise Refused("F001", "no element found", 1, 1)
    return Tree(
        builder.root,
        encoding,
        tuple(builder.namespaces),
        builder.doctype,
        tuple(builder.skipped),
    )


def _encoding(body: bytes) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return encoding
    if body[:4] in (b"<\0?\0", b"\0<\0?"):
        return "utf-16"
    declared = _DECLARED.match(body[:400])
    return declared[1].decode("ascii").lower() if declared else "utf-8"


def _transcoded(body: bytes, encoding: str) -> tuple[bytes, str | None]:
    """Return the bytes in an encoding that expat reads, and its name where the declaration is another."""
    if encoding in _NATIVE:
        return body, "utf-8" if encoding in ("utf8", "ascii", "us-ascii") else None
    if encoding not in _CODECS:
        raise Refused("F008", encoding, 1, 1)
    try:
        return body.decode(_CODECS[encoding]).encode("utf-8", "surrogatepass"), "utf-8"
    except UnicodeDecodeError as error:
        raise Refused("F008", f"{encoding}, byte {error.start}", 1, 1) from None


class _Builder:
    """One parse: expat's callbacks build the tree, and end it at the first thing too much."""

    def __init__(self, encoding: str | None, source: bytes) -> None:
        self._source = source
        self.root: Element | None = None
        self.namespaces: list[tuple[str, str, int, int]] = []
        self.skipped: list[tuple[str, int, int]] = []
        self.doctype = False
        self._open: list[Element] = []
        self._count = 0
        self.parser = parser = expat.ParserCreate(encoding, " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartDoctypeDeclHandler = self._begin_doctype
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skip

    def _place(self) -> tuple[int, int]:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def _start(self, written: str, attributes: dict[str, str]) -> None:
        self._count += 1
        line, column = self._place()
        if self._count > _MAX_ELEMENTS or len(self._open) >= _MAX_DEPTH:
            raise Refused("F004", f"element {self._count:,}, depth {len(self._open) + 1}", line, column)
        namespace, name, prefix = _split(written)
        named = {_attribute(each): value for each, value in attributes.items()}
        element = Element(namespace, name, prefix, named, line, column, source=self._source)
        element.start = self.parser.CurrentByteIndex
        if self._open:
            self._open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop().end = self.parser.CurrentByteIndex

    def _text(self, data: str) -> None:
        if self._open:
            self._open[-1]._texts.append(data)

    def _declare(self, prefix: str | None, namespace: str | None) -> None:
        self.namespaces.append((prefix or "", namespace or "", *self._place()))

    def _begin_doctype(self, *_: object) -> None:
        self.doctype = True

    def _entity(self, name: str, *_: object) -> None:
        raise Refused("F003", f"entity “{name[:40]}”", *self._place())

    def _skip(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            self.skipped.append((name, *self._place()))


def _split(written: str) -> tuple[str, str, str]:
    parts = written.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _attribute(written: str) -> str:
    namespace, name, _ = _split(written)
    return f"{{{namespace}}}{name}" if namespace else name
