"""Draw lines of measured points as one SVG of small panels, readable on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 300, 210
"""Of a panel, with its words."""

LEFT, RIGHT, TOP, BOTTOM = 46, 16, 40, 42
COLUMNS = 3

# A page's colours are not known to an image: the reader's preference decides, and both pass as grey.
STYLE = """
  text { font: 11px system-ui, sans-serif; fill: #333 }
  .title { font-size: 12px; font-weight: 600 }
  .axis { stroke: #888; fill: none }
  .grid { stroke: #8884; fill: none }
  .line { stroke: #0b62c4; stroke-width: 2; fill: none }
  .dot { fill: #0b62c4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd }
    .line { stroke: #6fb1ff }
    .dot { fill: #6fb1ff }
  }
"""


@dataclass(frozen=True)
class Panel:
    """One line: what its points mean, where they are, and whether their distances are factors."""

    title: str
    across: str
    points: tuple[tuple[float, float], ...]
    by_factor: bool = False


def draw(panels: Sequence[Panel], title: str, unit: str) -> str:
    """Return the SVG document; `unit` is that of all heights, which begin at 0."""
    rows = math.ceil(len(panels) / COLUMNS)
    width, height = WIDTH * min(COLUMNS, len(panels)), HEIGHT * rows
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
    ]
    for number, panel in enumerate(panels):
        x, y = WIDTH * (number % COLUMNS), HEIGHT * (number // COLUMNS)
        parts += [f'<g transform="translate({x} {y})">', *_panel(panel, unit), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, unit: str) -> Iterator[str]:
    top = ceiling(max(height for _, height in panel.points))
    floor = HEIGHT - BOTTOM
    yield f'<text class="title" x="{LEFT}" y="16">{escape(panel.title)}</text>'
    yield f'<text x="{LEFT}" y="{TOP - 8}">{escape(unit)}</text>'
    for part in range(5):
        y = floor - (floor - TOP) * part / 4
        yield f'<path class="{"grid" if part else "axis"}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{top * part / 4:g}</text>'
    places = [
        (across, floor - (floor - TOP) * height / top)
        for across, (_, height) in zip(_across(panel), panel.points, strict=True)
    ]
    yield f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
    last = -100.0
    for (x, y), (value, height) in zip(places, panel.points, strict=True):
        told = f"{value:,.0f}: {height:.1f} {unit}"
        yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"><title>{escape(told)}</title></circle>'
        if x - last >= 30:
            yield f'<text x="{x:.1f}" y="{floor + 15}" text-anchor="middle">{value:,.0f}</text>'
            last = x
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle:.1f}" y="{floor + 32}" text-anchor="middle">{escape(panel.across)}</text>'


def _across(panel: Panel) -> list[float]:
    """Return how far to the right each point is; from 0 on where distances are differences."""
    values = [math.log(value) if panel.by_factor else value for value, _ in panel.points]
    first, last = (min(values) if panel.by_factor else 0.0), max(values)
    room = WIDTH - LEFT - RIGHT - 24
    return [LEFT + 12 + room * (value - first) / ((last - first) or 1) for value in values]


def ceiling(value: float) -> float:
    """Return a round number at or above a positive one, of which a quarter is round too."""
    scale = 10.0 ** math.floor(math.log10(value))
    return next(step * scale for step in (1, 2, 4, 6, 8, 10) if value <= step * scale)
