"""The codes about a document as a whole (F0xx): bytes, encoding, XML, namespaces."""

from __future__ import annotations

from typing import Final

from feedsvc.feeds.lint.rule import Rule, error, info, warning

RULES: Final[dict[str, Rule]] = {
    "F001": error(
        "The XML is not well-formed",
        "Strict readers show nothing at all; lenient ones guess",
        "Escape `&` and `<`, close every element, leave out control characters",
    ),
    "F002": error(
        "It is no feed: neither RSS, Atom nor JSON Feed",
        "Readers refuse it",
        'Check the address: a page\'s feed is named in its `<link rel="alternate">`',
    ),
    "F003": error(
        "It declares entities in a DTD",
        "Safe parsers refuse such documents, since entities can grow without bound",
        "Take out the DTD and write the characters themselves",
    ),
    "F004": error(
        "It is nested too deep or has too many elements",
        "Parsers run out of memory or refuse it",
        "Put fewer items in a feed, and simpler HTML in the items",
    ),
    "F005": error(
        "It is too large to be read (over 20 MB)",
        "Readers stop at their limits, often 5 or 10 MB",
        "Put fewer items in a feed, or summaries in place of texts",
    ),
    "F006": warning(
        "It is larger than 5 MB",
        "Validators and many readers read no further",
        "Put fewer items in a feed; keep older ones in archives (RFC 5005)",
    ),
    "F007": info(
        "It is larger than 512 kB",
        "Some services refuse it, and every poll costs that much",
        "Put fewer items in a feed, or summaries in place of texts",
    ),
    "F008": error(
        "Its encoding is unknown, or its bytes do not fit it",
        "Readers show broken characters, or nothing",
        "Write UTF-8 and declare it",
    ),
    "F009": warning(
        "Its encoding is not UTF-8",
        "Some readers know no other",
        "Write UTF-8 and declare it",
    ),
    "F010": info(
        "It has a DOCTYPE",
        "Feeds need none, and some parsers refuse documents that have one",
        "Take it out",
    ),
    "F011": warning(
        "It declares a namespace that is not known",
        "Validators warn, readers ignore what is in it",
        "Check the address for a typing mistake; declare it only where it is used",
    ),
    "F012": info(
        "It declares the `podcast:` namespace, which validators do not know yet",
        "Readers that do not know it ignore what is in it",
        "Nothing, if that is meant",
    ),
    "F013": info(
        "A well-known namespace has an unusual prefix",
        "Some readers look for the usual prefix in place of the namespace",
        "Use the usual prefix",
    ),
    "F014": warning(
        "An Atom feed declares the prefix `atom:` or `xhtml:`",
        "Some readers know Atom and XHTML only without a prefix",
        "Make Atom the default namespace, and XHTML that of its `div`",
    ),
    "F015": error(
        "A well-known namespace has no such element",
        "Readers ignore it; often its spelling or case is wrong",
        "Write it as its specification does",
    ),
    "F016": error(
        "The address of a well-known namespace is misspelt",
        "Readers ignore what is in it",
        "Write it as its specification does, to the last slash",
    ),
    "F017": warning(
        "A core element has an attribute of an extension",
        "Readers ignore it",
        "Take it out",
    ),
    "F018": info(
        "It is RSS 0.9x or 1.0, or Atom 0.3",
        "It is only looked through in part; readers still know it",
        "Publish RSS 2.0 or Atom 1.0",
    ),
    "F019": error(
        "It uses an entity that only a DTD declares",
        "Readers do not read DTDs: the character is lost, or the document is refused",
        "Write the character itself, or its number, as in `&#160;`",
    ),
}
