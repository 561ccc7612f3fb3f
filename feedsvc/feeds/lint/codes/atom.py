"""The codes about Atom 1.0, RFC 4287 (F2xx)."""

from __future__ import annotations

from typing import Final

from feedsvc.feeds.lint.rule import Rule, error, info, warning

RULES: Final[dict[str, Rule]] = {
    "F201": error(
        "A feed or entry lacks id, title or updated",
        "All three are required (§4.1)",
        "Add the element",
    ),
    "F202": error(
        "Neither the feed nor the entry has an author",
        "One of them, or the entry's source, must name one (§4.1.1)",
        "Give the feed an author",
    ),
    "F203": error(
        "An element is there twice where one is allowed",
        "Readers take one of them, not all the same one",
        "Keep one",
    ),
    "F204": error(
        "An id is no absolute IRI",
        "Readers cannot tell it from another feed's (§4.2.6)",
        "Use `urn:uuid:…`, `tag:…` or a web address that never changes",
    ),
    "F205": warning(
        "An id is not written the canonical way",
        "Software on its way may change it, and the item shows up again",
        "Write scheme and host in small letters, no default port, no empty path",
    ),
    "F206": info(
        "An id begins with `urn:uuid:` and has no UUID after it",
        "Nothing reads it, but it may not be unique",
        "Keep it where it is in use; mint new ones properly",
    ),
    "F207": warning(
        "Two entries have the same id",
        "Readers show one of them, or show it as new again and again",
        "Give each entry its own id",
    ),
    "F208": warning(
        "Two entries have the same updated time",
        "Readers that sort by it show them in any order",
        "Spread them by a second, or accept it after a bulk import",
    ),
    "F210": warning(
        "An entry has neither content nor summary",
        "Readers show a title and nothing else",
        "Add a summary",
    ),
    "F211": error(
        "Two alternate links have the same type and language",
        "A reader cannot tell which to open (§4.1.1)",
        "Keep one",
    ),
    "F212": error(
        "Something about the feed stands after an entry",
        "Validators refuse it; readers that read piece by piece do not see it",
        "Put entries last",
    ),
    "F213": warning(
        "A source lacks id, title or updated",
        "Readers cannot tell which feed the entry came from (§4.2.11)",
        "Copy them from that feed",
    ),
    "F214": error(
        "A text's type is not one of `text`, `html` and `xhtml`",
        "Readers show markup as text, or text as markup (§3.1.1)",
        "Write one of the three; content may also have a media type",
    ),
    "F215": error(
        "XHTML is not in one `div` of its namespace",
        "Readers find no text (§3.1.1.3)",
        'Wrap it in `<div xmlns="http://www.w3.org/1999/xhtml">`',
    ),
    "F216": error(
        "Content that is elsewhere or in base64 has no summary with it",
        "Readers have nothing to show (§4.1.1)",
        "Add a summary",
    ),
    "F217": error(
        "Content with `src` is not empty",
        "It must be (§4.1.3.2)",
        "Take out the text, or `src`",
    ),
    "F218": warning(
        "A title is HTML",
        "Most readers show tags and references as they are written",
        'Write plain text, `type="text"`',
    ),
    "F219": error(
        "A link lacks `href`",
        "It is required (§4.2.7)",
        "Add it",
    ),
    "F220": warning(
        'There is no link `rel="self"`',
        "Readers and hubs cannot tell the feed's own address",
        'Add `<link rel="self" type="application/atom+xml" href="…"/>`',
    ),
    "F221": info(
        "The feed has no `xml:lang`",
        "Readers guess the language",
        "Add it to the root",
    ),
    "F222": error(
        "A person lacks a name, or has a bad address",
        "The name is required; email is a plain address, uri an IRI (§3.2)",
        "Add the name; write the address without `mailto:`",
    ),
    "F223": error(
        "A category lacks `term`",
        "It is required (§4.2.2)",
        "Add it",
    ),
    "F224": error(
        "`content:encoded` stands in Atom",
        "Readers show one text or the other",
        'Use `<content type="html">`',
    ),
    "F225": warning(
        "The first link of an entry is not its alternate",
        "Some readers open the first link, such as a sound in place of the article",
        'Put `rel="alternate"` first',
    ),
    "F226": error(
        "Atom has no such element, or has it elsewhere",
        "Readers ignore it; an extension needs a namespace",
        "Check its spelling, or put it into a namespace",
    ),
    "F227": error(
        "An entry without content has no alternate link",
        "There must be something to read or to open (§4.1.1)",
        'Add content, or `rel="alternate"`',
    ),
    "F228": warning(
        "Content with `src` has no type",
        "Readers cannot tell what they would load (§4.1.3.2)",
        "Add `type`",
    ),
    "F229": info(
        "An entry was published after it was updated",
        "Readers that sort by either show another order",
        "`updated` is the later of the two",
    ),
    "F230": error(
        "A tombstone lacks `ref` or `when`",
        "Readers cannot tell what was withdrawn (RFC 6721 §3)",
        "Add the attribute",
    ),
    "F231": warning(
        "An enclosure lacks a type",
        "Players cannot tell whether they can play it",
        "Add it",
    ),
    "F232": info(
        "An enclosure lacks a length",
        "Players cannot say how large it is",
        "Add it, where it is known",
    ),
}
