"""Say how log lines look and where they go: one event a line, readable on a terminal, JSON elsewhere."""

from __future__ import annotations

import json
import logging
import os
import select
import stat
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal

QUIET = ("apscheduler", "procrastinate", "watchfiles", "alembic", "_granian")
"""Libraries whose every step is no event of ours."""

PATIENCE_MS = 100
"""How long a line waits for its reader; the lines after one that was lost do not wait at all."""


class Plain(logging.Formatter):
    """Formats an event as time, level and message; a traceback follows on indented lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; nothing in the message or the traceback can forge another one."""
        lines = [f"{_time(record)} {record.levelname.lower():7} {_printable(record.getMessage())}"]
        if record.exc_info:
            lines += [
                f"    {_printable(line)}" for line in self.formatException(record.exc_info).splitlines()
            ]
        return "\n".join(lines)


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


class Unhindered(logging.Handler):
    """Writes lines to a file that may be a pipe: one that nobody takes is lost, and the service goes on.

    The next line that is taken says how many were lost.
    """

    def __init__(self, file: int) -> None:
        super().__init__()
        self._given = file
        self._file = _never_waiting(file)
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLOUT)
        self._lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or count it as lost."""
        lines = self.format(record)
        if self._lost:
            told = logging.makeLogRecord({"levelname": "WARNING", "msg": f"log lost={self._lost}"})
            # What was lost may have been cut short in the middle of its line.
            lines = f"\n{self.format(told)}\n{lines}"
        self._lost = 0 if self.say(f"{lines}\n") else self._lost + 1

    def say(self, text: str) -> bool:
        """Write a text as it is; say whether it was taken whole."""
        return self._written(text.encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        """Close what was opened here; the file that was given is not ours."""
        if self._file != self._given:
            os.close(self._file)
        super().close()

    def _written(self, text: bytes) -> bool:
        wait = 0 if self._lost else PATIENCE_MS
        try:
            while text and self._poll.poll(wait):
                text = text[os.write(self._file, text) :]
        except OSError:
            return False
        return not text


def configure(level: str, style: Literal["auto", "logfmt", "json"]) -> None:
    """Send every event of this process to standard error, in one style, from one level up."""
    handler = _to_standard_error()
    as_json = style == "json" or (style == "auto" and not (sys.stderr and sys.stderr.isatty()))
    handler.setFormatter(Json() if as_json else Plain())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.raiseExceptions = False
    # Python itself would wait for whoever reads standard error.
    sys.excepthook = _log_bug
    threading.excepthook = lambda args: _log_bug(args.exc_type, args.exc_value, args.exc_traceback)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def say(text: str) -> None:
    """Write to standard error what a person may read there; if nobody does, it is lost."""
    handler = _to_standard_error()
    if isinstance(handler, Unhindered):
        handler.say(text)
        handler.close()


def _log_bug(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if not issubclass(kind, (SystemExit, KeyboardInterrupt)):
        trouble = (kind, error if error is not None else kind(), trace)
        logging.getLogger(__name__).critical("process status=bug", exc_info=trouble)


def _to_standard_error() -> logging.Handler:
    if sys.stderr is None:
        return logging.NullHandler()
    try:
        return Unhindered(sys.stderr.fileno())
    except OSError:
        return logging.StreamHandler(sys.stderr)


def _never_waiting(file: int) -> int:
    """Return a way to write to a pipe or terminal that never waits; the file itself where there is none.

    Not a flag on the file: it is shared with other processes, which may count on waiting.
    """
    mode = os.fstat(file).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        try:
            return os.open(f"/proc/self/fd/{file}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError:
            pass
    return file


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
