"""Many item files for tests and measurements: what a newsroom writes in years."""

from __future__ import annotations

import random
from pathlib import Path

from tests.serving import item

FOLDERS = 100
"""Over so many folders the files are spread, as a newsroom's are over months."""

_SENTENCES = (
    "The harbour board met for the third time this week and heard from the pilots and the ferry company.",
    "Nobody in the village had seen the water so high since the winter in which the old mole broke.",
    "The council will vote on the new opening hours of the lock at its meeting on Thursday evening.",
    "“We have waited eleven years for this bridge, and we can wait another spring,” said the ferryman.",
    "Three boats lay at the quay with their engines running while the crews argued about the price of ice.",
    "A spokeswoman for the [fish market](https://market.example/prices) said that prices had not moved.",
    "The lighthouse, built in 1874 and painted *red and white* ever since, is to be sold to its keeper.",
    "Schools in the three parishes stay closed on Monday, and the buses run as they do on a Sunday.",
    "Those who live below the dyke were asked to take in their sheep before the second tide at night.",
    "The measurements of the weather office show gusts of 34 metres a second at the outer buoy.",
)
_NAMES = ("Anna Berg", "Tom Quist", "Ines Faro", "Odd Lien", "Mara Voss", "Piet Haan")
_TAGS = ("harbour", "storm", "council", "fishing", "schools", "ferry", "weather", "culture", "sport", "roads")


def write_many(folder: Path, count: int) -> None:
    """Write that many item files; the same at every call."""
    for number in range(FOLDERS):
        (folder / f"{number:02}").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / name_of(number)).write_text(text_of(number), encoding="utf-8")


def name_of(number: int) -> str:
    """Return the path of an item file within the folder."""
    return f"{number % FOLDERS:02}/item-{number:06}.md"


def text_of(number: int, title: str = "", year: int = 2025) -> str:
    """Return an item file: front matter, and about 300 words of Markdown in six paragraphs."""
    dice = random.Random(number)  # noqa: S311 - the same number, the same item
    paragraphs = [" ".join(dice.sample(_SENTENCES, 3)) for _ in range(6)]
    paragraphs.insert(3, "## What happens next")
    minute = f"{number // 1440 % 28 + 1:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"
    return item(
        title or f"Number {number}, and what the harbour says about it",
        "\n\n".join(paragraphs),
        date=f"{year}-{number // 40320 % 12 + 1:02}-{minute}",
        author=dice.choice(_NAMES),
        tags=f"[{', '.join(dice.sample(_TAGS, 3))}]",
    )
