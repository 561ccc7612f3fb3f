"""Turn the bytes of a feed into text that every parser reads the same way; pure.

We choose the encoding ourselves, from a list: parsers follow any name that the feed gives, also those
of Python codecs (`unicode_escape`, `utf-7`) that would smuggle markup past a check of the bytes.
"""

from __future__ import annotations

import codecs
import re
from email.message import Message
from typing import Final

from feedsvc import article

# A byte order mark outranks every label (RFC 7303 §3); the longer marks come first.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED: Final = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))

# Labels as the WHATWG Encoding Standard reads them: the web means windows-1252 when it says latin-1.
_SINGLE_BYTE: Final = {
    **dict.fromkeys(("us-ascii", "ascii", "iso-8859-1", "latin1", "l1", "windows-1252", "cp1252"), "cp1252"),
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (*range(2, 12), 13, 14, 15, 16)},
    **{f"windows-{n}": f"cp{n}" for n in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258, 874)},
    **{"koi8-r": "koi8-r", "koi8-u": "koi8-u", "macintosh": "mac-roman", "tis-620": "cp874"},
}
_MULTI_BYTE: Final = {
    **{"utf-8": "utf-8", "utf8": "utf-8"},
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **{"euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "big5": "big5hkscs", "big5-hkscs": "big5hkscs"},
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "windows-949"), "cp949"),
}

_DECLARATION = re.compile(r"\s*<\?xml\s[^<>]*\?>", re.IGNORECASE)
_DECLARED = re.compile(r"""encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));")


def decode(body: bytes, content_type: str) -> str:
    """Return a document's text without its XML declaration and without characters that XML 1.0 forbids.

    The encoding is the byte order mark's, else the declared one if it is on our list and fits the
    bytes, else UTF-8, else windows-1252. Valid UTF-8 outranks a single-byte label, for such a label
    fits every byte and is often wrong. Character references to forbidden characters go as well.
    """
    text = _text(body, content_type).removeprefix("\ufeff")
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() if declaration else 0 :]
    return _REFERENCE.sub(_allowed_reference, article.sendable(text))


def _text(body: bytes, content_type: str) -> str:
    for mark, encoding in (*_MARKS, *_UNMARKED):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    labels = (_header_charset(content_type), _declared_charset(body))
    multi = [_MULTI_BYTE[label] for label in labels if label in _MULTI_BYTE]
    single = [_SINGLE_BYTE[label] for label in labels if label in _SINGLE_BYTE]
    for encoding in (*multi, "utf-8", *single):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode("cp1252", "replace")


def _header_charset(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type
    return (message.get_content_charset() or "").strip()


def _declared_charset(body: bytes) -> str:
    declaration = _DECLARATION.match(body[:500].decode("latin-1"))
    declared = _DECLARED.search(declaration[0]) if declaration else None
    return declared[1].lower() if declared else ""


def _allowed_reference(match: re.Match[str]) -> str:
    digits, base = (match[1], 16) if match[1] else (match[2], 10)
    digits = digits.lstrip("0")
    if not digits or len(digits) > 7:
        return ""
    code = int(digits, base)
    return match[0] if code <= 0x10FFFF and article.sendable(chr(code)) else ""
