"""Whatever lies in the folder, its problem is told and all the rest is published."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from feedsvc.sources import folder
from feedsvc.sources.problems import describe
from feedsvc.sources.scan import Scan, scan
from tests.rights import nobody
from tests.sources.folders import Desk, item


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "items")
    made.write("good.md", item("Good"))
    return made


@pytest.fixture
def open_desk() -> Iterator[Desk]:
    """A desk where another user may look: what pytest makes lies in a folder for its owner only."""
    place = Path(tempfile.mkdtemp(prefix="hostile-"))
    place.chmod(0o755)
    try:
        made = Desk(place / "items")
        made.write("good.md", item("Good"))
        yield made
    finally:
        shutil.rmtree(place)


def test_a_file_that_may_not_be_read_keeps_its_item_until_it_may(open_desk: Desk) -> None:
    desk = open_desk
    path = desk.write("storm.md", item("Storm"))
    desk.write("new.md", item("New")).chmod(0)
    with nobody():
        desk.settle()
    assert (desk.titles(), desk.codes()) == ({"good.md": "Good", "storm.md": "Storm"}, {"new.md": ["E111"]})
    desk.write("storm.md", item("Storm passes")).chmod(0)
    with nobody():
        desk.settle()
        assert (desk.look(1).files, desk.look(60).files) == ((), ())
    assert desk.codes() == {"new.md": ["E111"], "storm.md": ["E111"]}
    assert desk.titles()["storm.md"] == "Storm"
    path.chmod(0o644)
    with nobody():
        desk.settle()
    assert desk.titles() == {"good.md": "Good", "storm.md": "Storm passes"}
    assert desk.codes() == {"new.md": ["E111"]}


def test_a_folder_that_may_not_be_read_keeps_its_items_until_it_may(open_desk: Desk) -> None:
    desk = open_desk
    path = desk.write("world/storm.md", item("Storm"))
    desk.settle()
    path.parent.chmod(0)
    with nobody():
        assert all(look.gone == () for look in desk.settle())
    assert (desk.titles()["world/storm.md"], desk.codes()) == ("Storm", {"world/": ["E111"]})
    path.parent.chmod(0o755)
    with nobody():
        desk.settle()
    assert desk.codes() == {}


def test_a_root_that_may_not_be_read_withdraws_nothing(open_desk: Desk) -> None:
    open_desk.settle()
    open_desk.root.chmod(0)
    with nobody():
        looks = [open_desk.look(1) for _ in range(3)]
    assert ["Permission denied" in look.unreadable for look in looks] == [True] * 3
    assert open_desk.titles() == {"good.md": "Good"}
    open_desk.root.chmod(0o755)


@pytest.mark.parametrize("again", [True, False])
def test_a_file_that_vanishes_before_it_is_read_is_no_matter(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.look()

    def scan_and_lose(root: Path) -> Scan:
        found = scan(root)
        path.unlink(missing_ok=True)
        return found

    with monkeypatch.context() as losing:
        losing.setattr(folder, "scan", scan_and_lose)
        assert [arrival.guid for arrival in desk.look(0.6).arrivals] == ["good.md"]
    if again:
        desk.write("storm.md", item("Storm"))
    desk.settle()
    assert ("storm.md" in desk.titles(), desk.codes()) == (again, {})


def test_a_folder_that_vanishes_while_it_is_walked_is_no_matter(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = desk.write("world/storm.md", item("Storm")).parent
    real = os.scandir

    def scan_and_lose(place: str) -> Iterator[os.DirEntry[str]]:
        if place == str(world):
            (world / "storm.md").unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                world.rmdir()
        return real(place)

    with monkeypatch.context() as losing:
        losing.setattr(os, "scandir", scan_and_lose)
        desk.settle()
    assert (desk.titles(), desk.codes()) == ({"good.md": "Good"}, {})


def test_sockets_and_devices_are_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.root)
    with socket.socket(socket.AF_UNIX) as listening, suppress(PermissionError):
        listening.bind("a.md")
        os.mknod("b.md", 0o600 | 0o020000, os.makedev(1, 7))
    desk.settle()
    assert desk.titles() == {"good.md": "Good"}
    assert desk.codes()["a.md"] == ["E111"]
    assert set(desk.codes()) == {"a.md", *(["b.md"] if (desk.root / "b.md").exists() else [])}


def test_names_with_any_characters_are_names(desk: Desk) -> None:
    names = (
        "two\nlines.md",
        "bell\a.md",
        "\x1b[31mred.md",
        "“quoted”.md",
        "a b.md",
        "🌊.md",
        "\u202eback.md",
    )
    for name in names:
        desk.write(name, item("Named"))
        desk.write(f"bad {name}", "")
    desk.settle()
    assert set(desk.live) == {"good.md", *names}
    assert desk.codes() == {f"bad {name}": ["E110"] for name in names}
    told = [describe(problem) for (problem,) in desk.problems.values()]
    assert not any(set("\n\a\x1b\u202e") & set(line) for line in told)


def test_the_letters_of_a_name_may_change_their_case(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    path.rename(desk.root / "Storm.md")
    assert all(look.gone == () for look in desk.settle())
    assert desk.titles() == {"good.md": "Good", "storm.md": "Storm"}
    assert set(desk.known) == {"good.md", "Storm.md"}


def test_folders_may_be_as_deep_as_they_like(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("/".join(["deep"] * 200) + "/storm.md", item("Storm"))
    monkeypatch.chdir(desk.root)
    for _ in range(30):
        Path("n" * 200).mkdir()
        os.chdir("n" * 200)
    Path("lost.md").write_text(item("Lost"))
    desk.settle()
    assert sorted(desk.titles().values()) == ["Good", "Storm"]
    assert list(desk.codes().values()) == [["E111"]]


def test_a_huge_file_is_not_read(desk: Desk) -> None:
    with desk.write("huge.md", item("Huge")).open("r+b") as file:
        file.truncate(2**36)
    desk.settle()
    assert (desk.titles(), desk.codes()) == ({"good.md": "Good"}, {"huge.md": ["E107"]})


def test_links_that_lead_in_circles_are_told(desk: Desk) -> None:
    (desk.root / "a.md").symlink_to("b.md")
    (desk.root / "b.md").symlink_to("a.md")
    (desk.root / "self.md").symlink_to("self.md")
    (desk.root / "up").symlink_to("..")
    desk.settle()
    assert desk.titles() == {"good.md": "Good"}
    assert desk.codes() == {path: ["E112"] for path in ("a.md", "b.md", "self.md", "up")}


def test_a_link_that_leads_elsewhere_when_it_is_read_is_not_followed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret.md").write_text(item("Secret"))
    path = desk.write("storm.md", item("Storm"))
    desk.look()

    def scan_and_swap(root: Path) -> Scan:
        found = scan(root)
        path.unlink(missing_ok=True)
        path.symlink_to(tmp_path / "secret.md")
        return found

    monkeypatch.setattr(folder, "scan", scan_and_swap)
    desk.look(0.6)
    assert "Secret" not in desk.titles().values()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe\x00", "E108"),
        (b"\x7fELF\x02\x01\x01\x00", "E108"),
        (b"\x1f\x8b\x08\x00\x00\x00", "E108"),
        ("Ünïcode äöü ".encode() + b"\xe4\xe4", "E108"),
        (b" \n\t\n", "E110"),
        (b"\xef\xbb\xbf", "E110"),
        (b"---\n---\n", "E110"),
        (b"---\n" + b"a: &a [x]\n" + b"b: *a\n---\n", "E102"),
        (b"---\ntags: [" + b"[" * 5000 + b"\n---\n", "E102"),
        (b"---\ntitle: x\ntitle: y\n---\n", "E105"),
        (b"---\n\x00\n---\n", "E108"),
        (b"+++\ntitle = 1979-05-27T07:32:00\ndate = 99999-01-01\n+++\n", "E102"),
    ],
)
def test_what_is_no_item_is_told_and_costs_no_other(desk: Desk, data: bytes, code: str) -> None:
    desk.write("bad.md", data)
    desk.settle()
    assert (desk.titles(), desk.codes()) == ({"good.md": "Good"}, {"bad.md": [code]})


@pytest.mark.parametrize("name", ["bad.json", "bad.toml", "bad.yaml", "bad.html", "bad.txt"])
@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 50, b"[" * 100_000, b'{"title": "\\ud800", "x": 1e999}'])
def test_no_file_of_any_kind_costs_another(desk: Desk, name: str, data: bytes) -> None:
    desk.write(name, data)
    desk.settle()
    assert desk.titles()["good.md"] == "Good"
    assert "E114" not in desk.codes().get(name, [])


@pytest.mark.parametrize("restarts", [False, True])
def test_an_unmounted_folder_withdraws_not_even_its_only_item(desk: Desk, restarts: bool) -> None:
    desk.settle()
    desk.root.rename(desk.root.parent / "mounted")
    desk.root.mkdir()
    if restarts:
        desk.restart()
    looks = [desk.look(1) for _ in range(3)]
    assert [(look.gone, look.held) for look in looks[1:]] == [((), 1)] * 2
    desk.write("other.md", item("Other", "What lies here is another disk's."))
    assert all(look.gone == () for look in desk.settle())
    desk.restart()
    assert [(look.gone, look.held) for look in (desk.look(60), desk.look(60))][-1] == ((), 1)
    shutil.rmtree(desk.root)
    (desk.root.parent / "mounted").rename(desk.root)
    assert desk.settle()[-1].held == 0
    assert desk.titles()["good.md"] == "Good"
    assert desk.codes() == {}


def test_that_a_folder_was_emptied_and_made_anew_can_be_confirmed(desk: Desk) -> None:
    desk.settle()
    desk.root.rename(desk.root.parent / "old")
    desk.root.mkdir()
    assert desk.settle()[-1].held == 1
    assert desk.look(1, confirm=True).gone == ("good.md",)
    desk.write("new.md", item("New")).parent.mkdir(exist_ok=True)
    desk.settle()
    (desk.root / "new.md").unlink()
    desk.settle()
    assert desk.live == {}


def test_a_folder_made_anew_with_the_same_files_needs_no_word(desk: Desk) -> None:
    desk.write("storm.md", item("Storm"))
    desk.settle()
    shutil.copytree(desk.root, desk.root.parent / "copy")
    desk.root.rename(desk.root.parent / "old")
    (desk.root.parent / "copy").rename(desk.root)
    (desk.root / "storm.md").unlink()
    desk.settle()
    assert desk.titles() == {"good.md": "Good"}
