"""Say how log lines look: one event a line, readable on a terminal, JSON or logfmt elsewhere."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

QUIET = ("apscheduler", "procrastinate", "watchfiles", "urllib3", "alembic", "_granian")
"""Libraries whose every step is no event of ours."""


class Plain(logging.Formatter):
    """Formats an event as time, level and message; a traceback follows on its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; control characters in the message cannot forge another one."""
        line = f"{_time(record)} {record.levelname.lower():7} {_one_line(record.getMessage())}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class Json(logging.Formatter):
    """Formats an event as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, the traceback inside it."""
        event = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)


def configure(level: str, style: Literal["auto", "logfmt", "json"]) -> None:
    """Send every event of this process to standard error, in one style, from one level up."""
    as_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if as_json else Plain())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.raiseExceptions = False
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
