"""The measurements of bench/ run: their figures are for people to look at, but they must not rot."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests import postgres


@pytest.mark.parametrize("name", ["growth", "store", "schedule"])
def test_a_measurement_on_both_databases_runs_through(
    name: str, postgresql: postgres.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    import_module(f"bench.{name}").main(["--quick"], postgresql)
    told = capsys.readouterr().out
    assert "sqlite" in told and "postgresql" in told


@pytest.mark.parametrize("arguments", [["publish"], ["latency", "--dialects", "sqlite"]])
def test_a_measurement_on_sqlite_runs_through(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    name, *options = arguments
    import_module(f"bench.{name}").main(["--quick", *options])
    assert "sqlite" in capsys.readouterr().out
