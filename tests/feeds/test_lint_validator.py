"""The lint and the W3C's feed validator agree on the validator's own test cases, where both have a rule."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.feeds.lint import lint

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "feeds.jsonl.gz"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SUITE = "feeds/w3c+feedvalidator/"
OURS = {
    "ArchiveIncomplete": "F503",
    "AttrNotBlank": "F219 F223 F214",
    "AvoidTextInput": "F131",
    "CharacterData": "F610",
    "ContainsHTML": "F609 F610 F613",
    "ContainsRelRef": "F614",
    "ContainsUndeclaredHTML": "F609",
    "DangerousStyleAttr": "F617",
    "DuplicateAtomLink": "F211",
    "DuplicateDescriptionSemantics": "F115",
    "DuplicateElement": "F102 F106 F203",
    "DuplicateEntries": "F207",
    "DuplicateIds": "F207",
    "DuplicateItemSemantics": "F116",
    "DuplicateSemantics": "F116",
    "DuplicateValue": "F110",
    "EmailFormat": "F119",
    "FeedHistoryRelInEntry": "F506",
    "FeedRelInCompleteFeed": "F501",
    "HtmlFragment": "F214",
    "ImageTitleDoesntMatch": "F122",
    "ImplausibleDate": "F608",
    "InvalidAddrSpec": "F222",
    "InvalidBooleanAttribute": "F109",
    "InvalidContact": "F117 F222",
    "InvalidFullLink": "F204 F603",
    "InvalidHour": "F128",
    "InvalidHttpGUID": "F108",
    "InvalidInteger": "F128 F625",
    "InvalidIntegerAttribute": "F124 F125 F128 F132 F623",
    "InvalidLanguage": "F130 F626 F636",
    "InvalidLink": "F601 F603",
    "InvalidMIMEType": "F214 F626 F637",
    "InvalidNamespace": "F016",
    "InvalidNonNegativeInteger": "F128 F625 F631",
    "InvalidPermalink": "F108",
    "InvalidPositiveInteger": "F128 F623 F625",
    "InvalidRFC2822Date": "F605",
    "InvalidRFC3339Date": "F607",
    "InvalidRSSVersion": "F101",
    "InvalidTAG": "F204",
    "InvalidTextType": "F214",
    "InvalidUriChar": "F601 F603",
    "InvalidW3CDTFDate": "F607",
    "InvalidWidth": "F121 F128",
    "LinkPastEnd": "F504",
    "MisplacedItem": "F114",
    "MissingAttribute": "F101 F124 F127 F132 F219 F223 F623",
    "MissingDescription": "F103 F104",
    "MissingElement": "F102 F103 F120 F201 F222",
    "MissingGuid": "F107",
    "MissingLink": "F103 F120",
    "MissingNamespace": "F001 F002 F105 F215 F226",
    "MissingRecommendedAttribute": "F127 F213",
    "MissingSourceElement": "F213",
    "MissingSummary": "F216",
    "MissingTextualContent": "F210 F227",
    "MissingTitle": "F103",
    "MissingXhtmlDiv": "F215",
    "NoThrWhen": "F631",
    "NonCanonicalURI": "F205",
    "NotBlank": "F103 F120 F611",
    "NotHtml": "F619",
    "NotUTF8": "F009",
    "ObsoleteNamespace": "F018",
    "ProblematicalRFC822Date": "F605 F606",
    "RelativeSelf": "F628",
    "SAXError": "F001 F003 F019",
    "SecurityRisk": "F615 F616",
    "SecurityRiskAttr": "F616",
    "UndefinedElement": "F015 F105 F214 F217 F226",
    "UnknownNamespace": "F011",
    "UseOfExtensionAttr": "F017",
}
"""The validator's messages that we have rules for."""

AGREED = 203
"""How many of its cases we find. It may rise; where it falls, a rule was lost.

What we do not find is in vocabularies that nobody publishes news in, or in parts of RSS that are out of use.
"""

DIFFERENT = {
    # A mail address with everything in it percent-encoded, which hardly any reader decodes.
    "rss20/data-types-email/mailto-subject.xml",
}

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of feeds is not on this machine")


def cases() -> Iterator[tuple[str, str, bool, set[str]]]:
    """Each case that we have a rule for: its name, the message, whether it is expected, and what we find."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            if not case["path"].startswith(SUITE):
                continue
            message = case["expect"].lstrip("!").partition("{")[0].strip()
            if message in OURS:
                found = {each.code for each in lint(base64.b64decode(case["base64"]), now=NOW).findings}
                if found != {"F002"} or message == "MissingNamespace":
                    name = case["path"].removeprefix(SUITE)
                    yield name, message, not case["expect"].startswith("!"), found


def test_what_the_validator_finds_is_found() -> None:
    wanted = [
        (name, bool(found & set(OURS[message].split())))
        for name, message, is_wrong, found in cases()
        if is_wrong
    ]
    assert sum(agrees for _, agrees in wanted) >= AGREED, [name for name, agrees in wanted if not agrees]


def test_what_the_validator_lets_pass_is_no_finding() -> None:
    wrong = {
        name
        for name, message, is_wrong, found in cases()
        if not is_wrong and found & set(OURS[message].split())
    }
    assert wrong == DIFFERENT
