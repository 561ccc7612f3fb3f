"""What a folder's files do while somebody works on them, and what becomes of their items."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc import article
from feedsvc.model import FileState
from feedsvc.sources import folder
from tests.sources.folders import NOW, Desk, item


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "items")


def test_a_new_file_becomes_an_item_once_it_is_still(desk: Desk) -> None:
    desk.write("storm.md", item("Storm"))
    first = desk.look()
    assert (first.arrivals, first.unsettled, first.seen) == ((), True, 0)
    assert desk.look(0.3).unsettled
    assert desk.look(0.3).unsettled is False
    assert desk.titles() == {"storm.md": "Storm"}
    assert desk.look(60).files == ()


def test_a_file_that_is_still_being_written_waits(desk: Desk) -> None:
    for length in range(1, 6):
        desk.write("storm.md", item("Storm")[: length * 10])
        assert desk.look(0.4).unsettled
        assert desk.live == {}
    desk.write("storm.md", item("Storm"))
    desk.settle()
    assert desk.titles() == {"storm.md": "Storm"}


def test_an_edit_changes_the_item_and_only_that_one(desk: Desk) -> None:
    desk.write("storm.md", item("Storm"))
    desk.write("wind.md", item("Wind"))
    desk.settle()
    desk.write("storm.md", item("Storm moves on"))
    looks = desk.settle()
    assert [arrival.guid for look in looks for arrival in look.arrivals] == ["storm.md"]
    assert desk.titles()["storm.md"] == "Storm moves on"


def test_a_touched_file_is_no_news(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    os.utime(path, (1, 1))
    looks = desk.settle()
    assert [state.mtime_ns for look in looks for state in look.files] == [1_000_000_000]
    assert all(look.arrivals == () for look in looks)


def test_a_touched_file_keeps_its_warnings(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm", autor="x"))
    desk.settle()
    os.utime(path, (1, 1))
    desk.settle()
    assert desk.codes() == {"storm.md": ["W203"]}


def test_a_change_that_keeps_size_and_mtime_is_seen(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    before = path.stat()
    time.sleep(0.02)
    path.write_text(item("Sturm"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    desk.settle()
    assert desk.titles() == {"storm.md": "Sturm"}


def test_times_of_the_disk_are_never_believed(desk: Desk) -> None:
    future, past = desk.write("a.md", item("A")), desk.write("b.md", item("B"))
    os.utime(future, (4_000_000_000, 4_000_000_000))
    os.utime(past, (0, 0))
    desk.settle()
    assert desk.titles() == {"a.md": "A", "b.md": "B"}
    assert all(article.published is None for article in desk.live.values())


def test_after_a_restart_only_what_changed_is_read(desk: Desk) -> None:
    desk.write("a.md", item("A"))
    desk.write("b.md", item("B"))
    desk.settle()
    desk.write("b.md", item("B2"))
    desk.restart()
    looks = desk.settle()
    assert [arrival.guid for look in looks for arrival in look.arrivals] == ["b.md"]


def test_under_other_rules_the_same_files_are_read_again(desk: Desk) -> None:
    desk.write("a.md", item("A", date="2026-11-24 09:30"))
    desk.settle()
    desk.restart(timezone="Asia/Tokyo")
    desk.settle()
    published = desk.live["a.md"].published
    assert published
    assert published.hour == 0


def test_a_broken_file_keeps_its_last_good_version(desk: Desk) -> None:
    desk.write("storm.md", item("Storm"))
    desk.settle()
    desk.write("storm.md", item("Storm", date="24/13/2026"))
    desk.settle()
    assert desk.titles() == {"storm.md": "Storm"}
    assert desk.codes() == {"storm.md": ["E103"]}
    desk.restart()
    desk.settle()
    assert desk.titles() == {"storm.md": "Storm"}
    desk.write("storm.md", item("Storm again", date="2026-11-24"))
    desk.settle()
    assert (desk.titles(), desk.codes()) == ({"storm.md": "Storm again"}, {})


def test_an_emptied_file_keeps_its_last_good_version(desk: Desk) -> None:
    desk.write("storm.md", item("Storm"))
    desk.settle()
    desk.write("storm.md", "")
    desk.settle()
    assert (desk.titles(), desk.codes()) == ({"storm.md": "Storm"}, {"storm.md": ["E110"]})


def test_a_file_that_was_always_broken_can_be_removed_in_peace(desk: Desk) -> None:
    path = desk.write("storm.md", "---\ntitle: x\n")
    desk.settle()
    assert desk.codes() == {"storm.md": ["E101"]}
    path.unlink()
    looks = desk.settle()
    assert (desk.codes(), desk.known) == ({}, {})
    assert all(look.gone == () for look in looks)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E110"),
        (b"\x00\x01\x02\xff", "E108"),
        (b"# x\n" + b"word " * 420_000, "E107"),
        (b"---\ntitle: x\nlink: nowhere\n---\n", "E104"),
        (b"{", "E102"),
    ],
)
def test_one_bad_file_costs_no_other(desk: Desk, content: bytes, code: str) -> None:
    desk.write("bad.json" if content == b"{" else "bad.md", content)
    desk.write("good.md", item("Good"))
    desk.settle()
    assert desk.titles() == {"good.md": "Good"}
    assert list(desk.codes().values()) == [[code]]


def test_a_removed_file_is_gone_after_a_second_look(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    path.unlink()
    assert desk.look(1).gone == ()
    assert desk.look(0.3).gone == ()
    assert desk.look(0.3).gone == ("storm.md",)
    assert (desk.known, desk.live) == ({}, {})


def test_a_removal_while_nobody_looked_is_seen_after_a_restart(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    path.unlink()
    desk.restart()
    desk.settle()
    assert desk.live == {}


def test_a_file_that_comes_back_in_time_lost_nothing(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    path.unlink()
    desk.look(1)
    desk.write("storm.md", item("Storm"))
    assert all(look.gone == () for look in desk.settle())
    assert desk.titles() == {"storm.md": "Storm"}


def test_a_file_that_comes_back_later_has_the_same_guid(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    path.unlink()
    desk.settle()
    desk.write("storm.md", item("Storm"))
    desk.settle()
    assert desk.titles() == {"storm.md": "Storm"}


def test_editors_that_write_a_new_file_over_the_old_one_change_it(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    for number, temporary in enumerate(["storm.md~", ".storm.md.swp", "4913", "storm.md.tmp"]):
        desk.write(temporary, item(f"Storm {number}"))
        desk.look(0.1)
        (desk.root / temporary).replace(path)
        assert all(look.gone == () for look in desk.settle())
        assert desk.titles() == {"storm.md": f"Storm {number}"}


def test_editors_that_move_the_old_file_away_first_change_it(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    path.rename(desk.root / "storm.md~")
    desk.look(0.3)
    desk.write("storm.md", item("Storm 2"))
    desk.look(0.1)
    (desk.root / "storm.md~").unlink()
    assert all(look.gone == () for look in desk.settle())
    assert desk.titles() == {"storm.md": "Storm 2"}


def test_a_rename_keeps_the_item(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    (desk.root / "world").mkdir()
    path.rename(desk.root / "world" / "flood.md")
    looks = desk.settle()
    assert [pair for look in looks for pair in look.renamed] == [("storm.md", "world/flood.md")]
    assert all(look.gone == () for look in looks)
    assert [arrival.guid for look in looks for arrival in look.arrivals] == ["storm.md"]
    assert desk.live["storm.md"].tags == ("world",)
    assert list(desk.known) == ["world/flood.md"]


def test_a_rename_with_an_edit_keeps_the_item(desk: Desk) -> None:
    path = desk.write(
        "storm.md", item("Storm", "One. " * 5 + "The road is shut, and the harbour wall is open.")
    )
    desk.settle()
    path.rename(desk.root / "flood.md")
    with (desk.root / "flood.md").open("a") as file:
        file.write("And a new line.")
    looks = desk.settle()
    assert all(look.gone == () for look in looks)
    assert list(desk.live) == ["storm.md"]


def test_a_rename_while_nobody_looked_keeps_the_item(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    path.rename(desk.root / "flood.md")
    desk.restart()
    assert all(look.gone == () for look in desk.settle())
    assert list(desk.live) == ["storm.md"]


def test_a_rename_to_a_broken_file_keeps_the_item(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm", "The harbour wall is open. " * 5))
    desk.settle()
    path.rename(desk.root / "flood.md")
    text = (desk.root / "flood.md").read_text()
    with (desk.root / "flood.md").open("r+") as file:
        file.write(text.replace("title: Storm", "date:  Storm"))
    desk.settle()
    assert (desk.titles(), desk.codes()) == ({"storm.md": "Storm"}, {"flood.md": ["E103"]})


def test_another_file_under_a_reused_inode_number_is_another_item(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    path.rename(desk.root / "budget.md")
    with (desk.root / "budget.md").open("r+") as file:
        file.truncate()
        file.write("# The budget\n\nEleven million euros go to schools and libraries next year.\n")
    desk.settle()
    assert desk.titles() == {"budget.md": "The budget"}


def test_a_renamed_folder_keeps_all_its_items_without_alarm(desk: Desk) -> None:
    for number in range(30):
        desk.write(f"world/{number}.md", item(f"Item {number}"))
    desk.settle()
    (desk.root / "world").rename(desk.root / "europe")
    looks = desk.settle()
    assert [(look.held, look.gone) for look in looks] == [(0, ())] * len(looks)
    assert set(desk.live) == {f"world/{number}.md" for number in range(30)}
    assert desk.live["world/3.md"].tags == ("europe",)


def test_a_new_file_at_the_old_path_of_a_renamed_one_is_another_item(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm"))
    desk.settle()
    path.rename(desk.root / "flood.md")
    desk.settle()
    desk.restart()
    desk.write("storm.md", item("A new storm", "Quite another text, about quite another storm in the north."))
    desk.settle()
    assert desk.titles() == {"storm.md": "Storm", "storm.md#2": "A new storm"}
    desk.write("storm.md", item("A new storm, corrected"))
    desk.settle()
    assert desk.titles() == {"storm.md": "Storm", "storm.md#2": "A new storm, corrected"}


def test_two_files_that_swap_names_swap_nothing_else_if_they_have_ids(desk: Desk) -> None:
    one, two = desk.write("a.md", item("A", id="urn:x:a")), desk.write("b.md", item("B", id="urn:x:b"))
    desk.settle()
    one.rename(desk.root / "c.md")
    two.rename(one)
    (desk.root / "c.md").rename(two)
    assert all(look.gone == () for look in desk.settle())
    assert {state.path: state.guid for state in desk.known.values()} == {"a.md": "urn:x:b", "b.md": "urn:x:a"}


def test_two_files_that_swap_names_swap_nothing_else(desk: Desk) -> None:
    one, two = desk.write("a.md", item("A")), desk.write("b.md", item("B", "Another text, about schools."))
    desk.settle()
    one.rename(desk.root / "c.md")
    two.rename(one)
    (desk.root / "c.md").rename(two)
    assert all(look.gone == () for look in desk.settle())
    assert desk.titles() == {"a.md": "A", "b.md": "B"}
    assert {state.path: state.guid for state in desk.known.values()} == {"a.md": "b.md", "b.md": "a.md"}


def test_files_that_all_move_up_one_number_keep_their_items(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.write(f"{number}.md", item(f"Item {number}", f"The text of number {number} is only its own."))
    desk.settle()
    before = desk.titles()
    for number in (3, 2, 1):
        (desk.root / f"{number}.md").rename(desk.root / f"{number + 1}.md")
    desk.write("1.md", item("Item 0", "This one comes first now, ahead of all the others."))
    assert all(look.gone == () for look in desk.settle())
    assert desk.titles() == {**before, "1.md#2": "Item 0"}
    assert desk.known["4.md"].guid == "3.md"


def test_a_file_that_is_moved_over_another_takes_its_place(desk: Desk) -> None:
    one, two = (
        desk.write("new.md", item("New")),
        desk.write("b.md", item("B", "Another text, about schools.")),
    )
    desk.settle()
    one.rename(two)
    desk.settle()
    assert desk.titles() == {"b.md": "New"}


def test_a_file_with_an_id_is_found_again_after_a_rename_with_a_rewrite(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm", id="storm-1"))
    desk.settle()
    path.unlink()
    desk.write("flood.md", item("Flood", "Nothing of the old text is left here at all.", id="storm-1"))
    assert all(look.gone == () for look in desk.settle())
    assert desk.titles() == {"storm-1": "Flood"}


def test_an_id_that_is_added_later_keeps_the_item(desk: Desk) -> None:
    desk.write("storm.md", item("Storm"))
    desk.settle()
    desk.write("storm.md", item("Storm", id="urn:x:storm"))
    looks = desk.settle()
    assert [(arrival.guid, arrival.id) for look in looks for arrival in look.arrivals] == [
        ("storm.md", "urn:x:storm")
    ]
    assert all(look.gone == () for look in looks)


def test_an_id_that_is_taken_out_again_keeps_the_item(desk: Desk) -> None:
    desk.write("storm.md", item("Storm", id="urn:x:storm"))
    desk.settle()
    desk.write("storm.md", item("Storm"))
    assert all(look.gone == () for look in desk.settle())
    assert list(desk.live) == ["urn:x:storm"]


def test_another_id_is_another_item(desk: Desk) -> None:
    desk.write("storm.md", item("Storm", id="urn:x:1"))
    desk.settle()
    desk.write("storm.md", item("Flood", id="urn:x:2"))
    desk.settle()
    assert desk.titles() == {"urn:x:2": "Flood"}


def test_the_owner_of_an_id_keeps_it_and_the_copy_is_told(desk: Desk) -> None:
    desk.write("storm.md", item("Storm", id="urn:x:storm"))
    desk.settle()
    desk.write("a-copy.md", item("Copy", id="urn:x:storm"))
    desk.settle()
    assert desk.titles() == {"urn:x:storm": "Storm"}
    problem = desk.problems["a-copy.md"][0]
    assert (problem.code, problem.severity, problem.line) == ("W206", "error", 3)
    assert "storm.md" in problem.message


def test_a_copy_takes_the_id_over_when_its_owner_is_removed(desk: Desk) -> None:
    path = desk.write("storm.md", item("Storm", id="urn:x:storm"))
    desk.settle()
    desk.write("a-copy.md", item("Copy", id="urn:x:storm"))
    desk.settle()
    path.unlink()
    desk.settle()
    assert (desk.titles(), desk.codes()) == ({"urn:x:storm": "Copy"}, {})


def test_of_two_new_files_with_one_id_the_first_has_it(desk: Desk) -> None:
    desk.write("b.md", item("B", id="same"))
    desk.write("a.md", item("A", id="same"))
    desk.settle()
    assert (desk.titles(), desk.codes()) == ({"same": "A"}, {"b.md": ["W206"]})


def test_files_exchange_their_ids_whoever_else_wants_them_and_whenever_it_is_seen(desk: Desk) -> None:
    desk.write("a.md", item("A", id="three"))
    desk.write("b.md", item("B", id="two"))
    desk.settle()
    for path in ("f.md", "j.md"):
        desk.write(path, item(path, id="two"))
    desk.settle()
    desk.write("a.md", item("A", "It is the second now.", id="two"))
    desk.settle()
    assert (desk.titles(), sorted(desk.codes())) == ({"three": "A", "two": "B"}, ["a.md", "f.md", "j.md"])
    desk.restart()
    desk.write("b.md", item("B", "It is the third now.", id="three"))
    looks = desk.settle()
    assert (desk.titles(), sorted(desk.codes())) == ({"three": "B", "two": "A"}, ["f.md", "j.md"])
    assert all(look.gone == () for look in looks)
    assert "id of a.md" in desk.problems["f.md"][0].message
    desk.restart()
    assert [look.files for look in desk.settle()] == [()]


def test_an_edit_has_no_file_read_again_that_waits_for_an_id_in_vain(desk: Desk) -> None:
    for path in ("a.md", "b.md", "c.md", "d.md"):
        desk.write(path, item(path, id="same"))
    desk.settle()
    desk.write("a.md", item("A", "It was edited.", id="same"))
    desk.restart()
    assert [state.path for look in desk.settle() for state in look.files] == ["a.md"]


def test_who_waits_for_an_id_is_told_who_has_it_also_after_that_one_was_renamed(desk: Desk) -> None:
    desk.write("b.md", item("B", id="same"))
    desk.settle()
    desk.write("a.md", item("A", id="same"))
    desk.settle()
    (desk.root / "b.md").rename(desk.root / "c.md")
    desk.settle()
    assert "id of c.md" in desk.problems["a.md"][0].message


def test_an_id_passes_from_a_removed_file_to_its_copy_without_a_gap(desk: Desk) -> None:
    path = desk.write("b.md", item("B", id="same"))
    desk.settle()
    desk.write("a.md", item("A", id="same"))
    desk.settle()
    path.unlink()
    looks = desk.settle()
    assert [look.gone for look in looks] == [()] * len(looks)
    assert desk.titles() == {"same": "A"}


def test_a_file_that_is_away_for_a_moment_loses_its_item_to_nobody(desk: Desk) -> None:
    path = desk.write("b.md", item("B", id="two"))
    desk.write("a.md", item("A", id="one"))
    desk.settle()
    desk.write("a.md", item("A", "It asks for another one's.", id="two"))
    desk.look(0.6)
    path.rename(desk.root / "b.away")
    desk.look(0.6)
    (desk.root / "b.away").rename(path)
    desk.settle()
    assert desk.titles() == {"one": "A", "two": "B"}
    assert {path: state.guid for path, state in desk.known.items()} == {"a.md": "one", "b.md": "two"}


def test_a_broken_file_gives_up_nothing(desk: Desk) -> None:
    desk.write("a.md", item("A", id="one"))
    desk.settle()
    desk.write("a.md", "---\nid: two\n")
    desk.write("c.md", item("C", id="one"))
    desk.settle()
    assert desk.titles() == {"one": "A"}
    desk.write("a.md", item("A", id="two"))
    desk.settle()
    assert desk.titles() == {"one": "C", "two": "A"}


def test_a_mass_removal_is_held_until_somebody_confirms_it(desk: Desk) -> None:
    for number in range(40):
        desk.write(f"{number}.md", item(f"Item {number}"))
    desk.settle()
    for number in range(11):
        (desk.root / f"{number}.md").unlink()
    looks = desk.settle()
    assert (looks[-1].held, looks[-1].unsettled, len(desk.live)) == (11, False, 40)
    desk.restart()
    assert desk.settle()[-1].held == 11
    assert desk.look(60, confirm=True).held == 0
    assert len(desk.live) == 29


def test_a_removal_passes_while_earlier_ones_are_held(desk: Desk) -> None:
    for number in range(40):
        desk.write(f"{number}.md", item(f"Item {number}"))
    desk.settle()
    for number in range(11):
        (desk.root / f"{number}.md").unlink()
    desk.settle()
    (desk.root / "11.md").unlink()
    desk.look(30)
    assert (desk.settle()[-1].held, len(desk.live)) == (12, 40)
    (desk.root / "12.md").unlink()
    desk.look(120)
    assert (desk.settle()[-1].held, len(desk.live)) == (12, 39)
    desk.restart()
    assert (desk.settle()[-1].held, len(desk.live)) == (12, 39)


@pytest.mark.parametrize("restarts", [False, True])
def test_what_is_held_is_held_however_many_items_come_after(desk: Desk, restarts: bool) -> None:
    for number in range(40):
        desk.write(f"{number}.md", item(f"Item {number}"))
    desk.settle()
    for number in range(11):
        (desk.root / f"{number}.md").unlink()
    assert desk.settle()[-1].held == 11
    for number in range(40, 90):
        desk.write(f"{number}.md", item(f"Item {number}", f"Of {number**20} ships, {number**21} are out."))
    assert (desk.settle()[-1].held, len(desk.live)) == (11, 90)
    if restarts:
        desk.restart()
        assert desk.look().held == 11
        desk.restart()
    (desk.root / "80.md").unlink()
    desk.look()
    told = (desk.settle()[-1].held, len(desk.live))
    assert told == ((12, 90) if restarts else (11, 89))


def test_files_that_come_back_end_the_alarm(desk: Desk) -> None:
    for number in range(20):
        desk.write(f"{number}.md", item(f"Item {number}"))
    desk.settle()
    shutil.copytree(desk.root, desk.root.parent / "away")
    for path in desk.root.iterdir():
        path.unlink()
    assert desk.settle()[-1].held == 20
    shutil.copytree(desk.root.parent / "away", desk.root, dirs_exist_ok=True)
    assert (desk.settle()[-1].held, len(desk.live)) == (0, 20)


def test_few_removals_pass(desk: Desk) -> None:
    for number in range(60):
        desk.write(f"{number}.md", item(f"Item {number}"))
    desk.settle()
    for number in range(12):
        (desk.root / f"{number}.md").unlink()
    assert desk.settle()[-1].held == 0
    assert len(desk.live) == 48


def test_a_folder_that_is_not_there_withdraws_nothing(desk: Desk) -> None:
    desk.write("storm.md", item("Storm"))
    desk.settle()
    desk.root.rename(desk.root.parent / "away")
    for _ in range(3):
        look = desk.look(1)
        told = f"{desk.root} cannot be read (No such file or directory): nothing changes until it can"
        assert (look.unreadable, look.gone) == (told, ())
    (desk.root.parent / "away").rename(desk.root)
    assert desk.settle()[-1].unreadable == ""
    assert desk.titles() == {"storm.md": "Storm"}


def test_links_that_stay_inside_are_followed_and_others_are_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(item("Secret"))
    (tmp_path / "more").mkdir()
    desk.write(".data/v1/a.md", item("A"))
    desk.write("real/b.md", item("B"))
    (desk.root / "a.md").symlink_to(".data/v1/a.md")
    (desk.root / "twin.md").symlink_to("real/b.md")
    (desk.root / "loop").symlink_to(".")
    (desk.root / "out.md").symlink_to(tmp_path / "secret.md")
    (desk.root / "folder").symlink_to(tmp_path / "more")
    (desk.root / "lost.md").symlink_to("nowhere.md")
    desk.settle()
    assert desk.titles() == {"a.md": "A", "real/b.md": "B"}
    assert desk.codes() == {path: ["E112"] for path in ("out.md", "folder", "lost.md")}
    assert desk.look(60).files == ()
    (desk.root / "out.md").unlink()
    desk.settle()
    assert "out.md" not in desk.codes()


def test_conflict_copies_are_told_until_they_are_gone(desk: Desk) -> None:
    desk.write("storm.md", item("Storm"))
    copy = desk.write("storm.sync-conflict-20261124-093000-ABCDEFG.md", item("Storm, mine"))
    desk.settle()
    assert (list(desk.live), list(desk.codes().values())) == (["storm.md"], [["W209"]])
    desk.restart()
    assert desk.look(1).files == ()
    copy.unlink()
    desk.settle()
    assert (desk.codes(), list(desk.known)) == ({}, ["storm.md"])


def test_what_is_to_be_ignored_is_ignored(desk: Desk) -> None:
    desk.write(".feedsvcignore", "README.md\nnotes/\n")
    for path in (
        "README.md",
        "notes/a.md",
        ".obsidian/b.md",
        "_site/c.md",
        "a.md~",
        "node_modules/d.md",
        "x.jpg",
    ):
        desk.write(path, item("Never"))
    desk.write("a.md", item("A"))
    desk.settle()
    assert desk.titles() == {"a.md": "A"}
    desk.write(".feedsvcignore", "*.md\n")
    desk.settle()
    assert desk.live == {}


def test_names_that_are_not_utf8_are_told(desk: Desk) -> None:
    try:
        (Path(os.fsdecode(os.fsencode(desk.root) + b"/st\xfcrm.md"))).write_text(item("x"))
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    desk.settle()
    assert list(desk.codes().values()) == [["E113"]]


def test_a_pipe_is_no_file_and_nobody_waits_for_it(desk: Desk) -> None:
    os.mkfifo(desk.root / "a.md")
    os.mkfifo(desk.root / "picture.png")
    desk.write("b.md", item("B", "![x](picture.png) A text that shows a pipe."))
    (desk.root / "c.md").symlink_to("a.md")
    desk.settle()
    assert desk.titles() == {"b.md": "B"}
    assert desk.codes() == {"a.md": ["E111"], "b.md": ["E109"], "c.md": ["E111"]}
    os.mkfifo(desk.root / ".feedsvcignore")
    assert ".feedsvcignore cannot be read" in desk.look(1).unreadable


def test_drafts_and_coming_items_are_handed_over_as_such(desk: Desk) -> None:
    desk.write("_drafts/a.md", item("A"))
    desk.write("b.md", item("B", date="2026-11-26 09:00"))
    arrivals = {arrival.guid: arrival for look in desk.settle() for arrival in look.arrivals}
    assert arrivals["_drafts/a.md"].draft
    assert not arrivals["b.md"].draft
    assert desk.codes() == {"b.md": ["W205"]}
    desk.now = NOW + timedelta(days=1)
    desk.settle()
    assert desk.codes() == {}


def test_a_picture_that_arrives_later_is_taken_in(desk: Desk) -> None:
    desk.write("storm.md", item("Storm", "![wave](wave.jpg) Text enough for an item of its own."))
    desk.settle()
    assert desk.codes() == {"storm.md": ["E109"]}
    assert "img" not in desk.live["storm.md"].content
    desk.restart()
    desk.write("wave.jpg", b"x" * 10)
    desk.settle()
    assert desk.codes() == {}
    assert "https://news.example/media/items/wave.jpg" in desk.live["storm.md"].content


def test_an_enclosures_length_follows_its_file(desk: Desk) -> None:
    desk.write("talk.md", item("Talk", audio="talk.mp3"))
    desk.write("talk.mp3", b"x" * 10)
    desk.settle()
    desk.write("talk.mp3", b"x" * 20)
    desk.settle()
    assert [enclosure.length for enclosure in desk.live["talk.md"].enclosures] == [20]


def test_progress_is_told_while_files_are_read(desk: Desk) -> None:
    for number in range(3):
        desk.write(f"{number}.md", item(f"Item {number}"))
    told: list[tuple[int, int]] = []
    desk.folder.look({}, 1.0, NOW)
    desk.folder.look({}, 2.0, NOW, progress=lambda done, all_: told.append((done, all_)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_what_is_saved_meanwhile_does_not_wait_for_thousands(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "BATCH_FILES", 4)
    desk.write("broken.md", item("Broken", date="never"))
    desk.write("large.md", item("Large", "A long text it is. " * 5000))
    for number in range(7):
        desk.write(f"{number}.md", item(f"Item {number}"))
    desk.look()
    first = desk.look(0.6)
    assert sorted(desk.live) == ["0.md", "1.md", "2.md", "3.md"]
    assert (first.unsettled, first.seen) == (True, 4)
    desk.write("urgent.md", item("Urgent"))
    desk.look(0.1)
    desk.look(0.6)
    assert sorted(desk.live)[-1] == "urgent.md"
    desk.settle()
    assert (len(desk.live), desk.codes()) == (9, {"broken.md": ["E103"]})


def test_a_look_reads_so_many_bytes_and_one_file_at_the_least(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "BATCH_BYTES", 100)
    for name in ("a.md", "b.md"):
        desk.write(name, item("A", "A text of many words it is. " * 20))
    desk.look()
    assert [len(desk.look(0.6).arrivals) for _ in range(3)] == [1, 1, 0]


def test_large_files_are_read_when_no_other_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "BATCH_LARGE_BYTES", 100)
    for name in ("a.md", "b.md"):
        desk.write(name, item("Large", "A long text it is. " * 5000))
    desk.write("c.md", item("Small"))
    desk.look()
    assert [[got.guid for got in desk.look(0.6).arrivals] for _ in range(3)] == [["c.md"], ["a.md"], ["b.md"]]


def test_looking_at_ten_thousand_files_that_did_not_change_is_quick(desk: Desk) -> None:
    states: dict[str, FileState] = {}
    desk.write("a.md", item("A"))
    desk.settle()
    known = desk.known["a.md"]
    for number in range(10_000):
        path = f"{number // 500}/{number}.md"
        place = desk.root / path
        place.parent.mkdir(exist_ok=True)
        place.touch()
        about = place.stat()
        states[path] = FileState(path, 0, about.st_mtime_ns, about.st_ino, known.hash, path)
    states["a.md"] = known
    desk.folder.look(states, 200.0, NOW)
    began = time.process_time()
    look = desk.folder.look(states, 300.0, NOW)
    assert time.process_time() - began < 1.0
    assert (look.seen, look.files, look.unsettled) == (10_001, (), False)


def test_a_bug_met_in_one_file_costs_no_other_and_is_logged_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.write("storm.md", item("Storm"))
    desk.settle()
    with monkeypatch.context() as planted:
        planted.setattr("feedsvc.article.clean", fails_on("gale"))
        desk.write("storm.md", item("Storm", "A gale is coming, and nobody knows how strong."))
        desk.write("wind.md", item("Wind"))
        desk.settle()
        assert all(look.files == () for look in (desk.look(1), desk.look(60)))
    assert desk.titles() == {"storm.md": "Storm", "wind.md": "Wind"}
    assert "gale" not in desk.live["storm.md"].content
    assert [problem.code for problem in desk.problems["storm.md"]] == ["E114"]
    assert "planted" not in desk.problems["storm.md"][0].message
    assert [record.exc_info is not None for record in caplog.records] == [True]
    desk.restart()
    desk.settle()
    assert "gale" in desk.live["storm.md"].content
    assert desk.codes() == {}


def fails_on(word: str) -> Callable[..., str]:
    clean = article.clean

    def failing(html: str, base_url: str | None = None) -> str:
        if word in html:
            raise KeyError("planted")
        return clean(html, base_url)

    return failing
