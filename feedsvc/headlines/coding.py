"""Write text as a string of the languages that snippets are in: it can never become code. Pure."""

from __future__ import annotations

import json
import re
from shlex import quote

_PLAIN = re.compile(r"[^\"'&<>{}\\\x00-\x1f\x7f\u2028\u2029]*")

_IN_CSS = re.compile(r'["\\<\x00-\x1f\x7f]')


def script_string(text: str) -> str:
    """Return a string of JavaScript that may also stand in a script element."""
    written = json.dumps(text, ensure_ascii=False)
    for letter in "<\u2028\u2029":
        written = written.replace(letter, f"\\u{ord(letter):04x}")
    return written


def jsx_attribute(name: str, value: str) -> str:
    """Return an attribute of JSX, whose own strings know no escapes."""
    return f'{name}="{value}"' if _PLAIN.fullmatch(value) else f"{name}={{{script_string(value)}}}"


def php_string(text: str) -> str:
    """Return a string of PHP in which nothing is replaced."""
    written = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{written}'"


def shell_word(text: str) -> str:
    """Return one word of a shell's command."""
    return quote(text)


def css_string(text: str) -> str:
    """Return a string of CSS (https://drafts.csswg.org/cssom/#serialize-a-string)."""
    written = "".join(f"\\{ord(letter):x} " if _IN_CSS.match(letter) else letter for letter in text)
    return f'"{written}"'
