"""A log line is one line, and says what happened."""

from __future__ import annotations

import json
import logging
import os
import sys
import time

from feedsvc.logs import Json, Plain, Unhindered


def record(message: str, *, failed: bool = False) -> logging.LogRecord:
    trouble = None
    if failed:
        try:
            raise ValueError("the tide is out\n2026-01-01T00:00:00.000Z error forged\x1b[31m")
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


def test_a_traceback_cannot_forge_a_line_either() -> None:
    lines = Plain().format(record("publish status=failed", failed=True)).splitlines()
    assert len(lines) > 2
    assert all(line.startswith("    ") for line in lines[1:])
    assert "\\x1b" in lines[-1]


def test_a_reader_that_stops_cannot_stop_the_service_and_learns_what_it_missed() -> None:
    reader, writer = os.pipe()
    handler = Unhindered(writer)
    handler.setFormatter(Plain())
    begun = time.monotonic()
    for number in range(3000):
        handler.handle(record(f"event number={number} {'x' * 100}"))
    assert time.monotonic() - begun < 2
    kept = os.read(reader, 1 << 20).decode().splitlines()
    handler.handle(record("the reader is back"))
    news = os.read(reader, 1 << 20).decode().splitlines()
    os.close(reader)
    handler.handle(record("the reader is gone"))
    handler.close()
    os.close(writer)
    whole = [line for line in kept if line.endswith("x" * 100)]
    assert f"number={len(whole) - 1} " in whole[-1]
    assert f"log lost={3000 - len(whole)}" in news[-2]
    assert news[-1].endswith("the reader is back")
