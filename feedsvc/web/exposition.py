"""Write metrics as Prometheus reads them: the text exposition format, version 0.0.4. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_IN_LABELS = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_IN_HELP = str.maketrans({"\\": r"\\", "\n": r"\n"})

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: a name in Prometheus' style, its help, and its values by their labels."""

    name: str
    help: str
    values: tuple[tuple[Labels, float], ...]
    kind: Literal["gauge", "counter"] = "gauge"


def gauge(name: str, help: str, value: float | None) -> Metric:  # noqa: A002 - the format's own word
    """Return a metric that has one value, or none at the moment."""
    return Metric(name, help, () if value is None else (({}, value),))


def by(label: str, values: Mapping[str, float]) -> tuple[tuple[Labels, float], ...]:
    """Return the values of a metric that differ in one label."""
    return tuple(({label: name}, value) for name, value in values.items())


def text(metrics: Iterable[Metric]) -> str:
    """Return the document; a metric without a value is left out, since nothing is known of it."""
    return "".join(f"{line}\n" for metric in metrics if metric.values for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help.translate(_IN_HELP)}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, value in metric.values:
        named = ",".join(f'{name}="{each.translate(_IN_LABELS)}"' for name, each in labels.items())
        yield f"{metric.name}{{{named}}} {_number(value)}" if named else f"{metric.name} {_number(value)}"


def _number(value: float) -> str:
    """Write whole numbers whole: 17 digits would be a float's rounding."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
