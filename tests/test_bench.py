"""The measurements of bench/ run: their figures are for people to look at, but they must not rot."""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import cost, plot, serving, stale
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


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("latency", ["--dialects", "sqlite"], "sqlite"),
        ("embeds", ["--cases", "embed JSON, 304"], "embed JSON, 304"),
        ("large", [], "a saved file is live after"),
        ("memory", [], "3 of notes"),
        ("stale", [], "older than what every process had answered         0"),
    ],
)
def test_a_measurement_of_a_whole_service_runs_through(
    name: str, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if not os.environ.get("CI"):
        pytest.skip("it starts a whole service, which takes longer than all the others: CI does that")
    import_module(f"bench.{name}").main(["--quick", *options])
    assert words in capsys.readouterr().out


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


def answer(asked: float, process: int, number: int | None, etag: str = "") -> stale.Answer:
    """An answer that took half a second."""
    return stale.Answer(asked, asked + 0.5, process, "door", 200, etag or f'"{number}"', number)


def test_an_answer_is_stale_only_beside_what_had_come_before_it_was_asked_for() -> None:
    before = [answer(0, 1, 1), answer(0, 2, 1)]
    meanwhile = stale.stale([*before, answer(1, 1, 2), answer(1.4, 2, 1)])
    assert (meanwhile.in_process, meanwhile.everywhere, meanwhile.anywhere) == (0, 0, 0)
    elsewhere = stale.stale([*before, answer(1, 1, 2), answer(1.75, 2, 1)])
    assert (elsewhere.in_process, elsewhere.everywhere, elsewhere.anywhere) == (0, 0, 1)
    assert elsewhere.late == (0.25,)
    back = stale.stale([*before, answer(1, 1, 2), answer(2, 1, 1)])
    assert (back.in_process, back.everywhere, back.anywhere) == (1, 0, 1)
    after_all = stale.stale([*before, answer(1, 1, 2), answer(1, 2, 2), answer(2, 2, None, '"1"')])
    assert (after_all.in_process, after_all.everywhere, after_all.anywhere) == (1, 1, 1)
    with pytest.raises(SystemExit, match="two different bodies"):
        stale.stale([answer(0, 1, 1, '"x"'), answer(0, 1, 2, '"x"')])


def test_the_plot_of_publishing_runs_through_and_makes_only_what_was_touched(tmp_path: Path) -> None:
    svg = tmp_path / "cost.svg"
    cost.main(["--quick", "--svg", str(svg)])
    drawn = ElementTree.parse(svg).getroot()
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(drawn.findall(".//{*}polyline")) == len(cost.LINES)
    assert len(drawn.findall(".//{*}circle")) == 2 * len(cost.LINES)


def test_a_plot_begins_at_nothing_and_shows_equal_costs_at_equal_height() -> None:
    flat = plot.Panel("Flat", "feeds", ((10, 20.0), (100, 20.0), (1000, 20.0)), by_factor=True)
    steep = plot.Panel("Steep <", "items", ((0, 0.0), (50, 100.0)))
    drawn = ElementTree.fromstring(plot.draw([flat, steep], "Costs", "ms"))
    level, rising = ([(dot.get("cx"), dot.get("cy")) for dot in g.findall("{*}circle")] for g in drawn[2:])
    assert len({y for _, y in level}) == 1
    across = [float(x or 0) for x, _ in level]
    assert across[1] - across[0] == pytest.approx(across[2] - across[1], abs=0.2)
    floor, ceiling = plot.HEIGHT - plot.BOTTOM, plot.TOP
    assert [float(y or 0) for _, y in rising] == [floor, ceiling]
    assert "prefers-color-scheme: dark" in (drawn[1].text or "")
