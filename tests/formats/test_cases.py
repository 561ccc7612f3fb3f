"""Every case in tests/cases/formats renders to the bytes beside it; `--update-cases` rewrites them."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsvc import formats
from feedsvc.model import FORMATS, Format
from tests.formats.samples import load

CASES = sorted((Path(__file__).parents[1] / "cases" / "formats").glob("*.toml"))


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_selection_renders_as_its_case_says(
    case: Path, format_: Format, request: pytest.FixtureRequest
) -> None:
    body = formats.render(load(case), format_)
    expected = case.with_suffix(formats.SUFFIXES[format_])
    if request.config.getoption("update_cases", default=False):
        expected.write_bytes(body)
    formats.check(body, format_)
    assert body.decode() == expected.read_text("utf-8")
