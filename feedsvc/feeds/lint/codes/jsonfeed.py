"""The codes about JSON Feed 1.1 (F3xx)."""

from __future__ import annotations

from typing import Final

from feedsvc.feeds.lint.rule import Rule, error, info, warning

RULES: Final[dict[str, Rule]] = {
    "F301": error(
        "It is not JSON in UTF-8",
        "Readers show nothing at all",
        "Write it with a JSON library, never by hand",
    ),
    "F302": warning(
        "A name is there twice in one object",
        "Readers take the first or the last",
        "Keep one",
    ),
    "F303": error(
        "The version is no version of JSON Feed",
        "Readers know the format by it",
        'Write `"version": "https://jsonfeed.org/version/1.1"`',
    ),
    "F304": error(
        "The feed has no title",
        "It is required",
        "Add it",
    ),
    "F305": error(
        "There is no list of items, or something in it is no item",
        "Readers show nothing at all",
        'Write `"items": []` where there are none',
    ),
    "F306": error(
        "An item has no id",
        "Readers must leave out such an item",
        "Give each item an id that never changes",
    ),
    "F307": warning(
        "An id is a number",
        "Readers must turn it into text, and not all do it alike",
        "Write it as text",
    ),
    "F308": error(
        "An item has neither `content_html` nor `content_text`",
        "One of them is required",
        "Add it; a summary will do",
    ),
    "F310": error(
        "Two items have the same id",
        "Readers show one of them, or show it as new again and again",
        "Give each item its own id",
    ),
    "F311": error(
        "A value has the wrong type",
        "Strict readers refuse the whole feed",
        "Write what the specification says: text, number, list or object",
    ),
    "F312": warning(
        "A value is null or empty",
        "Readers in strict languages fail over null",
        "Leave the name out",
    ),
    "F314": error(
        "`next_url` is the feed's own address",
        "Readers would go round for ever",
        "Name the next page, or leave it out on the last",
    ),
    "F315": error(
        "An attachment lacks `url` or `mime_type`",
        "Both are required",
        "Add it",
    ),
    "F316": error(
        "An author says nothing",
        "One of name, url and avatar is required",
        "Add a name, or leave the author out",
    ),
    "F317": warning(
        "JSON Feed has no such name",
        "Readers ignore it; an extension begins with `_`",
        "Check its spelling, or begin it with `_`",
    ),
    "F318": error(
        "An extension's name has a dot in it or no letter after `_`",
        "The specification allows neither",
        "Begin it with `_` and a letter",
    ),
    "F319": warning(
        "There is no `feed_url`",
        "Readers and hubs cannot tell the feed's own address",
        "Add it",
    ),
    "F320": info(
        "There is no `home_page_url`",
        "A reader's title of the feed leads nowhere",
        "Add it",
    ),
    "F321": info(
        "It is JSON Feed 1.0, or names authors only the way that 1.0 did",
        "Newer readers show no author",
        "Write `authors`, a list, beside `author`",
    ),
    "F322": error(
        "A hub lacks type or url",
        "Both are required",
        'Write `{"type": "WebSub", "url": "…"}`',
    ),
    "F323": info(
        "It is larger than 250 kB",
        "The specification asks for less; every poll costs that much",
        "Put fewer items in a feed; continue with `next_url`",
    ),
    "F324": info(
        "There is no language",
        "Readers guess it",
        "Add `language`",
    ),
}
