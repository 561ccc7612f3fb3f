"""Say what a rule of the lint is: a code, how grave it is, and what to tell whoever wrote the feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Gravest first: an error breaks a specification, a warning costs readers, an info is good to know."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that may be wrong: what it is, why it matters, and what to do about it."""

    severity: Severity
    what: str
    why: str
    cure: str


def error(what: str, why: str, cure: str) -> Rule:
    """Return a rule whose breach breaks a specification, or makes readers fail."""
    return Rule("error", what, why, cure)


def warning(what: str, why: str, cure: str) -> Rule:
    """Return a rule whose breach some readers trip over."""
    return Rule("warning", what, why, cure)


def info(what: str, why: str, cure: str) -> Rule:
    """Return a rule whose breach costs little."""
    return Rule("info", what, why, cure)
