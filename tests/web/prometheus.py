"""A strict reader of Prometheus' text format 0.0.4: it refuses whatever a scraper might."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
HELP = re.compile(rf"# HELP ({NAME}) ((?:[^\\\n]|\\[\\n])*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram|summary|untyped)")
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN")

Labels = tuple[tuple[str, str], ...]


class Misread(ValueError):
    """A line that is not the format's."""


@dataclass
class Family:
    """One metric as it was read."""

    help: str
    kind: str = ""
    samples: dict[Labels, float] = field(default_factory=dict)

    def value(self, **labels: str) -> float:
        """Return the one value that has these labels, among others."""
        (found,) = [value for given, value in self.samples.items() if labels.items() <= dict(given).items()]
        return found


def parse(document: str) -> dict[str, Family]:
    """Return the metrics by name; Misread unless every line is as it must be, each metric in one piece."""
    families: dict[str, Family] = {}
    current = ""
    if document and not document.endswith("\n"):
        raise Misread("the last line does not end")
    for line in document.split("\n")[:-1]:
        if match := HELP.fullmatch(line):
            current = match[1]
            if current in families:
                raise Misread(f"{current} is there twice")
            families[current] = Family(_unescaped(match[2]))
        elif (match := TYPE.fullmatch(line)) and match[1] == current and not families[current].kind:
            families[current].kind = match[2]
        elif (match := SAMPLE.fullmatch(line)) and match[1] == current and families[current].kind:
            _add(families[current], match[2] or "", match[7])
        else:
            raise Misread(line)
    return families


def _add(family: Family, labels: str, number: str) -> None:
    pairs = [(name, _unescaped(value)) for name, value in re.findall(LABEL, labels)]
    key = tuple(sorted(pairs))
    if len(dict(pairs)) < len(pairs) or key in family.samples or not NUMBER.fullmatch(number):
        raise Misread(f"{labels} {number}")
    family.samples[key] = float(number)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)
