"""A log line is one line, and says what happened."""

from __future__ import annotations

import json
import logging
import sys

from feedsvc.logs import Json, Plain


def record(message: str, *, failed: bool = False) -> logging.LogRecord:
    trouble = None
    if failed:
        try:
            raise ValueError("the tide is out")
        except ValueError:
            trouble = sys.exc_info()
    return logging.LogRecord("feedsvc.test", logging.WARNING, __file__, 1, message, (), trouble)


def test_a_line_says_when_how_bad_and_what() -> None:
    line = Plain().format(record("refresh source=items status=ok"))
    assert line.endswith("Z warning refresh source=items status=ok")


def test_what_comes_from_outside_cannot_forge_a_line() -> None:
    line = Plain().format(record("title=a\r\n2026-01-01T00:00:00.000Z error forged\x1b[31m"))
    assert "\n" not in line and "\r" not in line and "\x1b" not in line


def test_a_json_line_is_one_line_of_json_with_its_traceback() -> None:
    line = Json().format(record("publish status=failed\n", failed=True))
    assert "\n" not in line
    event = json.loads(line)
    assert event["level"] == "warning"
    assert "the tide is out" in event["traceback"]
