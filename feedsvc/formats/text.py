"""Make text and addresses that every format can carry: characters of XML 1.0, percent-encoded URIs."""

from __future__ import annotations

import re
from urllib.parse import quote

from feedsvc.net import absolute

# XML 1.0 §2.2 without the C1 controls and noncharacters that it advises against. What is common comes first.
_SENDABLE = "\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd" + "".join(
    f"{chr(plane << 16)}-{chr(plane << 16 | 0xFFFD)}" for plane in range(1, 17)
)
_ALL_SENDABLE = re.compile(f"[{_SENDABLE}]*")
_UNSENDABLE = re.compile(f"[^{_SENDABLE}]+")
_PLAIN = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
_SPACES = re.compile("[ \t\r\n]+")
_NOT_IN_URI = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~:/?#@!$&'()*+,;=%-]")
_PLAIN_URI = re.compile(r"[A-Za-z0-9._~:/?@!$&'()*+,;=-]*")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._~/-]*")
_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`\[\]]+""")
_PATH_SAFE = "/~!$&'()*,;=:@"


def sendable(text: str) -> str:
    """Return the text without the characters that no feed may hold, with `\\n` as the line end."""
    # What is left of bytes without the plain ones is known in a third of the time.
    is_plain = text.isascii() and not text.encode().translate(None, _PLAIN)
    if not is_plain and not _ALL_SENDABLE.fullmatch(text):
        text = _UNSENDABLE.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def line(text: str) -> str:
    """Return the text as one line, sendable; no-break spaces stay, as typographers put them there."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", sendable(text)).strip()


def opening(text: str, max_chars: int = 60) -> str:
    """Return the first words of a text, at most so many characters, with “…” where it was cut."""
    text = line(text)
    if len(text) <= max_chars:
        return text
    cut = text[: max_chars - 1]
    whole_words, space, _ = cut.rpartition(" ")
    return (whole_words if space else cut).rstrip(" ,;:.–—-") + "…"


def uri(address: str) -> str:
    """Return an address as a URI (RFC 3987 §3.1): host in IDNA, everything else percent-encoded.

    Total and idempotent: escapes that are there stay, what cannot be parsed is encoded all the same.
    """
    if _PLAIN_URI.fullmatch(address):
        return address
    address = sendable(address).strip()
    if not address.isascii():
        address = absolute(address, None) or address
    before, mark, fragment = address.partition("#")
    return _encode(before) + mark + _encode(fragment).replace("#", "%23")


def iri(text: str) -> str:
    """Return the text where it is an absolute IRI, as ids must be (RFC 4287 §4.2.6); else nothing."""
    text = sendable(text).strip()
    return text if _IRI.fullmatch(text) else ""


def path_uri(path: str) -> str:
    """Return a decoded path percent-encoded; its slashes stay."""
    return path if _PLAIN_PATH.fullmatch(path) else quote(sendable(path), safe=_PATH_SAFE)


def _encode(part: str) -> str:
    return _NOT_IN_URI.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), part)
