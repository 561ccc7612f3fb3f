from __future__ import annotations

import pytest

from feedsvc.net import media_type


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("foghorn.wav", "audio/wav"),
        ("talks/Budget No. 3.MP3", "audio/mpeg"),
        ("a#1?.ogg", "audio/ogg"),
        ("map.svg", "image/svg+xml"),
        ("captions.vtt", "text/vtt"),
        ("page.html", None),
        ("archive.png.zip", None),
        ("png", None),
        (".png", None),
        ("folder.png/", "image/png"),
        ("", None),
    ],
)
def test_a_file_is_what_its_suffix_says_and_nothing_else(name: str, kind: str | None) -> None:
    assert media_type(name) == kind
