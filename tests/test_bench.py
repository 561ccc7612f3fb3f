"""The measurements of bench/ run: their figures are for people to look at, but they must not rot."""

from __future__ import annotations

import os
import shutil
from importlib import import_module

import pytest

from bench import serving
from bench.rivals import Server
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


def test_a_bound_of_serving_is_told_whichever_way_it_goes() -> None:
    poll = serving.Case("304", (), bound=2.5, status=304)
    ours, nginx = Server("feedsvc", 1, (), ()), Server("nginx, sendfile on", 2, (), ())
    theirs = Server("WordPress", 3, (), (), {"304": 300.0})
    for factor, words in ((299, "MISSED"), (300, "kept")):
        table = [(ours, 8.0), (nginx, 4.0), (theirs, 8.0 * factor)]
        rows = list(serving.report(poll, [(server, serving.Cost(cost, 1)) for server, cost in table]))
        assert rows[1].endswith("at most 2.5 × nginx: kept")
        assert rows[2].split()[-3:] == ["1.00", "0.50", "1"]
        assert rows[3].endswith(f"at least 300 × ours: {words}")
    missed = serving.report(poll, [(ours, serving.Cost(10.1, 1)), (nginx, serving.Cost(4.0, 1))])
    assert "at most 2.5 × nginx: MISSED" in "".join(missed)


def test_the_measurement_of_serving_runs_through(capsys: pytest.CaptureFixture[str]) -> None:
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}: .ci/install-system-parts bench installs it")
    serving.main(["--quick", "--instead", "--cases", "304 by date"])
    told = capsys.readouterr().out
    assert "at most 2.5 × nginx" in told
    for name in serving.INSTEAD:
        assert f"{name} is left out" in told or f"{name}: 200" in told
