"""The codes about RSS 2.0 and the RSS Advisory Board's profile (F1xx)."""

from __future__ import annotations

from typing import Final

from feedsvc.feeds.lint.rule import Rule, error, info, warning

RULES: Final[dict[str, Rule]] = {
    "F101": error(
        'The root has no `version="2.0"`',
        "The version is required",
        'Write `<rss version="2.0">`',
    ),
    "F102": error(
        "There is not exactly one channel",
        "Readers find no items, or half of them",
        "Put everything into one `<channel>`",
    ),
    "F103": error(
        "The channel lacks title, link or description",
        "They are required; readers have no name to show",
        "Add the element",
    ),
    "F104": error(
        "An item has neither a title nor a description",
        "One of them is required; readers show an empty line",
        "Add a title",
    ),
    "F105": error(
        "RSS has no such element",
        "Readers ignore it; an extension needs a namespace",
        "Check its spelling, or put it into a namespace",
    ),
    "F106": error(
        "An element is there twice where one is allowed",
        "Readers take one of them, not all the same one",
        "Keep one",
    ),
    "F107": warning(
        "An item has no guid",
        "Readers guess what is new: items show up twice, or not at all",
        "Give each item a guid that never changes",
    ),
    "F108": error(
        "A guid is called a permalink and is no web address",
        "Readers open it; without `isPermaLink` it counts as one",
        'Write `isPermaLink="false"`',
    ),
    "F109": error(
        "`isPermaLink` is neither `true` nor `false`",
        "Readers compare the exact word",
        "Write `true` or `false`, in small letters",
    ),
    "F110": error(
        "Two items have the same guid",
        "Readers show one of them, or show it as new again and again",
        "Give each item its own guid",
    ),
    "F111": warning(
        "A guid is so short that others may have the same",
        "Some readers keep the guids of all feeds together",
        "Use a URI, such as `urn:uuid:…`",
    ),
    "F112": warning(
        'There is no `atom:link rel="self"`',
        "Readers and hubs cannot tell the feed's own address",
        'Add `<atom:link rel="self" type="application/rss+xml" href="…"/>`',
    ),
    "F114": warning(
        "Something about the channel stands after an item",
        "Readers that read piece by piece do not see it",
        "Put items last",
    ),
    "F115": warning(
        "`content:encoded` has no description before it",
        "Some readers take the first of the two as the text",
        "Put the summary into `<description>`, before `content:encoded`",
    ),
    "F116": warning(
        "Two elements say the same",
        "Readers show an author, date or category twice, or one of them",
        "Keep one: `dc:creator` for names, `pubDate`, `category`",
    ),
    "F117": error(
        "A person has no mail address",
        "RSS's own author, managingEditor and webMaster are mail addresses",
        "Use `dc:creator` for a name",
    ),
    "F118": warning(
        "A mail address has no name with it",
        "Readers show the address as the author",
        "Write `anna@news.example (Anna Berg)`, or use `dc:creator`",
    ),
    "F119": warning(
        "A mail address is not in the form `address (name)`",
        "Readers take all of it as a name",
        "Write `anna@news.example (Anna Berg)`",
    ),
    "F120": error(
        "The image lacks url, title or link",
        "All three are required",
        "Add the element",
    ),
    "F121": error(
        "The image is over 144 wide or 400 high",
        "RSS allows no larger one",
        "Name a smaller one, or leave out width and height",
    ),
    "F122": warning(
        "The image has another title or link than the channel",
        "Some readers link the image, others the channel",
        "Make them the same",
    ),
    "F123": warning(
        "The image is neither GIF, JPEG nor PNG",
        "Older readers show nothing else",
        "Name a PNG",
    ),
    "F124": error(
        "An enclosure lacks url, length or type",
        "All three are required; podcast players skip it",
        'Add the attribute; `length="0"` where it is not known',
    ),
    "F125": error(
        "An enclosure's length is no number of bytes",
        "Players show a wrong size or skip it",
        "Write the number of bytes, without unit",
    ),
    "F126": warning(
        "An item has several enclosures",
        "Readers take the first or the last one, few take all",
        "Keep one, link the others in the text",
    ),
    "F127": error(
        "The source lacks a url",
        "It is required: the address of the feed that the item came from",
        "Add `url`",
    ),
    "F128": error(
        "A number is none, or too large",
        "Readers that rely on it poll at the wrong time",
        "ttl: minutes; skipHours: 0 to 23; width and height: pixels",
    ),
    "F129": error(
        "skipDays names no day",
        "Readers ignore it",
        "Write `Monday` … `Sunday`",
    ),
    "F130": error(
        "The language is no language tag",
        "Readers choose the wrong font, voice or direction",
        "Write a tag such as `en`, `en-GB` or `zh-Hant`",
    ),
    "F131": warning(
        "There is a textInput",
        "Nearly no reader shows it",
        "Take it out",
    ),
    "F132": error(
        "The cloud lacks an attribute",
        "All of domain, port, path, registerProcedure and protocol are required",
        "Add it, or use WebSub in its place",
    ),
    "F133": info(
        "The channel has no language",
        "Readers guess it",
        "Add `<language>`",
    ),
    "F134": error(
        "An item has several `atom:author`",
        "Validators refuse it; readers take one of them",
        "Use several `dc:creator`",
    ),
    "F135": warning(
        "An author stands in `atom:author` and elsewhere",
        "Readers show it twice",
        "Keep one",
    ),
    "F136": info(
        "An item has no link",
        "A reader's title leads nowhere",
        "Add `<link>`",
    ),
    "F137": info(
        "An item has no date",
        "Readers sort it by when they first saw it",
        "Add `<pubDate>`",
    ),
}
