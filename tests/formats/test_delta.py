from __future__ import annotations

import pytest

from feedsvc.formats import entry_digests, without_entries

HEAD, TAIL = b"<rss><channel><title>x</title>\n", b"</channel></rss>"
FIRST = b"<item>\n<title>One</title><x><![CDATA[<p title='</item>'>a</p>]]></x>\n</item>\n"
SECOND = b"<item><title>Two</title></item>\n"
ATOM = b'<feed><entry xml:lang="fr"><id>1</id><source><id>x</id></source></entry><entries/></feed>'


def test_an_entry_that_is_known_is_left_out_and_nothing_else() -> None:
    body = HEAD + FIRST + SECOND + TAIL
    assert without_entries(body, entry_digests(HEAD + FIRST + TAIL)) == HEAD + SECOND + TAIL
    assert without_entries(body, entry_digests(HEAD + SECOND + TAIL)) == HEAD + FIRST + TAIL
    assert without_entries(body, b"") == body


def test_an_entry_that_changed_stays() -> None:
    changed = FIRST.replace(b"One", b"1")
    assert without_entries(HEAD + changed + TAIL, entry_digests(HEAD + FIRST + TAIL)) == HEAD + changed + TAIL


def test_entries_of_atom_are_found_by_their_whole_name() -> None:
    assert len(entry_digests(ATOM)) == 8
    assert without_entries(ATOM, entry_digests(ATOM)) == b"<feed><entries/></feed>"


@pytest.mark.parametrize("body", [b"", b'{"items": []}', b"<feed><entry>", HEAD + TAIL])
def test_what_holds_no_entry_has_no_digests(body: bytes) -> None:
    assert entry_digests(body) == b""


def test_an_end_that_never_comes_costs_little() -> None:
    assert entry_digests(b"<item>" * 20_000) == b""
