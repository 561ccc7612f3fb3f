"""A small newsroom in a folder of its own, and a way to run commands in it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from feedsvc.cli import run

STORM = """---
id: urn:uuid:00000000-0000-4000-8000-000000000001
title: "Storm: coast road shut"
date: 2026-11-20 09:30
author: Anna Berg
tags: [weather]
---
The coast road is shut between Gull Rock and the lighthouse.
"""
FERRY = "---\ntitle: The ferry runs again\ndate: 2026-11-21\n---\nEvery hour until nine.\n"
CONFIG = '[site]\ntitle = "Test News"\nurl = "https://news.example"\n[feeds.weather]\ntags = ["weather"]\n'


@dataclass(frozen=True, slots=True)
class Done:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Done]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what the person who runs the tests has configured."""
    for name in [name for name in os.environ if name.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and two items, which is the current directory."""
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "storm.md").write_text(STORM, encoding="utf-8")
    (tmp_path / "items" / "ferry.md").write_text(FERRY, encoding="utf-8")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def feedsvc(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command line in this process."""

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        code = run(arguments)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call
