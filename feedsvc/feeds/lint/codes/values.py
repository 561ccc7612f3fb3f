"""The codes about values that all formats share (F6xx): addresses, dates, text, HTML, links, media."""

from __future__ import annotations

from typing import Final

from feedsvc.feeds.lint.rule import Rule, error, info, warning

RULES: Final[dict[str, Rule]] = {
    "F601": error(
        "An address has characters that no address may have, or is cut short",
        "Readers open something else, or nothing",
        "Percent-encode spaces, brackets and quotes; name a host",
    ),
    "F602": error(
        "An address is not ASCII",
        "RSS and its readers know URIs only",
        "Percent-encode the path, write the host in punycode",
    ),
    "F603": error(
        "An address is relative, or not a web address",
        "Readers do not know what it is relative to",
        "Write it whole, `https://…`",
    ),
    "F604": warning(
        "An address leads to a machine that only you can reach",
        "Nobody else can load it",
        "Use the public name; `site.url` is where feedsvc takes it from",
    ),
    "F605": error(
        "It is no date as RFC 822 has them",
        "Readers show no date, or now",
        "Write `Tue, 24 Nov 2026 06:30:00 GMT`, with the right weekday",
    ),
    "F606": warning(
        "A date has a year of two digits, or an unusual zone",
        "Readers disagree on what it means",
        "Write four digits, and GMT or +0000",
    ),
    "F607": error(
        "It is no date as RFC 3339 has them",
        "Readers show no date, or now",
        "Write `2026-11-24T06:30:00Z`, with a zone",
    ),
    "F608": warning(
        "A date is not plausible: in the future, or before 1990",
        "Readers keep such an item on top for ever, or hide it",
        "Correct it",
    ),
    "F609": warning(
        "Plain text has tags in it",
        "Some readers show them, others strip them",
        "Write the text without markup",
    ),
    "F610": warning(
        "A `<` or `&` of a plain text may be taken for markup",
        "Readers disagree whether such elements are text or HTML",
        "Write them as `&#x3C;` and `&#x26;`",
    ),
    "F611": warning(
        "An element is empty that should say something",
        "Readers show an empty line",
        "Fill it, or leave it out",
    ),
    "F612": warning(
        "Text has characters that come from a broken conversion",
        "Readers show boxes or question marks",
        "Write UTF-8 from the beginning; look for where it is decoded twice",
    ),
    "F613": warning(
        "Text is escaped twice",
        "Readers show `&amp;` or `&#8217;` as they stand",
        "Escape it once",
    ),
    "F614": warning(
        "HTML has a relative address in it",
        "Most readers do not know what it is relative to: no picture, no link",
        "Write all addresses whole",
    ),
    "F615": warning(
        "HTML has elements that readers take out for safety",
        "What depends on them is lost",
        "Take out script, iframe, object, embed, style, form; put a link in their place",
    ),
    "F616": warning(
        "HTML has scripts in attributes (`on…`)",
        "Readers take them out, or warn",
        "Take them out",
    ),
    "F617": warning(
        "HTML has a style that may cover the reader's own page",
        "Readers take it out",
        "Leave out position, size and the like",
    ),
    "F618": warning(
        "HTML has an address that runs a script",
        "Readers take it out; one that does not is in danger",
        "Take it out",
    ),
    "F619": warning(
        "HTML is not nested properly",
        "The rest of the text may be bold, or in the wrong place",
        "Close elements in reverse order",
    ),
    "F621": error(
        "A `media:group` has fewer than two members",
        "A group is for alternatives; readers show nothing",
        "Put `media:content` into the item itself",
    ),
    "F622": warning(
        "`media:content` repeats the enclosure",
        "Readers show or play it twice",
        "Leave `media:content` out",
    ),
    "F623": error(
        "A media element lacks its address, or says something impossible",
        "Readers ignore it",
        "Add `url`; medium is image, audio, video, document or executable; sizes are numbers",
    ),
    "F625": error(
        "An `sy:` element has an impossible value",
        "Readers poll at the wrong time",
        "updatePeriod: hourly, daily, weekly, monthly or yearly; updateFrequency: a number over 0",
    ),
    "F626": error(
        "A link has a type or language that is none",
        "Readers ignore the link",
        "Write a media type, as in `text/html`; a language tag, as in `en`",
    ),
    "F627": warning(
        "A link's rel is not registered",
        "Readers ignore the link",
        "Use a registered word, or a URI of your own",
    ),
    "F628": warning(
        "The self link is relative",
        "Readers that read the feed from a file or a hub cannot resolve it",
        "Write it whole",
    ),
    "F629": warning(
        "The self link has the type of something else",
        "Readers do not take it for the feed",
        "Write application/rss+xml or application/atom+xml",
    ),
    "F630": warning(
        "There are several self links",
        "WebSub asks for exactly one; subscribers take any",
        "Keep the address of this very document",
    ),
    "F631": error(
        "A `thr:` element or attribute is not right",
        "Readers cannot put answers where they belong (RFC 4685)",
        "`in-reply-to` has `ref`; replies have `thr:count` and `thr:updated`",
    ),
    "F635": warning(
        "It names a hub and no self",
        "Nobody can subscribe: WebSub's topic is the self address",
        "Add the self link",
    ),
    "F636": error(
        "A language tag is none",
        "Readers choose the wrong font, voice or direction",
        "Write a tag such as `en`, `en-GB` or `zh-Hant`",
    ),
    "F637": error(
        "A media type is none",
        "Players cannot tell whether they can play it",
        "Write it as in `audio/mpeg`",
    ),
    "F638": info(
        "The text is the title again",
        "Readers show it twice",
        "Leave the summary out, or write one",
    ),
}
