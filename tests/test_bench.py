"""The measurements of bench/ run: their figures are for people to look at, but they must not rot."""

from __future__ import annotations

import os
from importlib import import_module

import pytest

from feedsvc.model import FORMATS
from tests import postgres


@pytest.mark.parametrize("name", ["growth", "store", "schedule"])
def test_a_measurement_on_both_databases_runs_through(
    name: str, postgresql: postgres.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    import_module(f"bench.{name}").main(["--quick"], postgresql)
    told = capsys.readouterr().out
    assert "sqlite" in told and "postgresql" in told


def test_the_measurement_of_publishing_runs_through(capsys: pytest.CaptureFixture[str]) -> None:
    import_module("bench.publish").main(["--quick"])
    assert "one item changed" in capsys.readouterr().out


def test_the_measurement_of_publish_latency_runs_through(capsys: pytest.CaptureFixture[str]) -> None:
    if not os.environ.get("CI"):
        pytest.skip("it starts a whole service, which takes longer than all the others: CI does that")
    import_module("bench.latency").main(["--quick", "--dialects", "sqlite"])
    assert "sqlite" in capsys.readouterr().out


def test_the_measurement_of_rendering_runs_through(capsys: pytest.CaptureFixture[str]) -> None:
    import_module("bench.render").main(["--quick"])
    told = capsys.readouterr().out
    assert all(f"{format_}, 1 of" in told for format_ in FORMATS)
    assert "gzip" in told
