"""Make every address in an article a whole, honest URI: absolute, percent-encoded, without trackers."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

MAX_URL = 2048
"""Longer addresses are dropped: readers and databases cut them."""

_IGNORED = re.compile(r"[\x00-\x1f\x7f]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._~-]*[a-z0-9_.])?|[0-9a-f:.]*:[0-9a-f:.]*")
_PATH_SAFE = "/%:@!$&'()*+,;=~"
_QUERY_SAFE = _PATH_SAFE + "?"
_TRACKING_PARAMETER = re.compile(
    r"(?:utm_|mc_[ce]id|hsa_|pk_|mtm_|matomo_|at_(?:medium|campaign|custom\d|format|link|ptr))\w*"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|_openstat"
    r"|_hsenc|_hsmi|__hstc|__hssc|mkt_tok|oly_anon_id|oly_enc_id|vero_id|vero_conv|wt_mc|ns_campaign|ns_mchannel"
    r"|ns_source|ns_linkname|ref_src|ref_url|s_cid|s_kwcid|xtor|cmpid|ocid|ito|icid|echobox|__twitter_impression"
    r"|mibextid|guccounter|guce_referrer|guce_referrer_sig",
    re.IGNORECASE,
)
_SHARING = re.compile(
    r"(?:www\.|m\.)?facebook\.com/(?:sharer?|share|dialog)\b|(?:www\.)?(?:twitter|x)\.com/(?:intent|share)\b"
    r"|(?:www\.)?pinterest\.[a-z.]+/pin/create|(?:www\.)?linkedin\.com/(?:shareArticle|sharing)"
    r"|(?:api|wa)?\.?(?:whatsapp\.com/send|wa\.me/\?text)|(?:t|telegram)\.me/share|(?:www\.)?reddit\.com/submit"
    r"|(?:www\.)?tumblr\.com/(?:share|widgets)|news\.ycombinator\.com/submitlink|(?:www\.)?addtoany\.com/"
    r"|(?:www\.)?xing\.com/(?:spi/shares|social_plugins)|bsky\.app/intent|share\.flipboard\.com/|getpocket\.com/save"
    r"|feeds\.feedburner\.com/~f",
    re.IGNORECASE,
)
_COUNTING = re.compile(
    r"(?:feeds\.feedburner\.com|feedproxy\.google\.com|rss\.feedsportal\.com)/|(?:pixel|stats)\.(?:wp|wordpress)\.com/"
    r"|[\w.-]*(?:scorecardresearch|quantserve|google-analytics|googletagmanager|doubleclick|chartbeat|imrworldwide)"
    r"\.(?:com|net)/|(?:www\.)?facebook\.com/tr\b|counter\.theconversation\.(?:com|edu\.au)/|[\w.-]*\.ioam\.de/"
    r"|(?:vg|met)\d+\.met\.vgwort\.de/|vg\d+\.vgwort\.de/|[\w.-]*\.parsely\.com/|mf\.feeds\.reuters\.com/"
    r"|[\w.-]*/(?:pixel|1x1|spacer|clear|blank|trans(?:parent)?)\.(?:gif|png)(?:\?|$)",
    re.IGNORECASE,
)


@lru_cache(maxsize=2048)
def absolute(url: str, base: str | None = None) -> str | None:
    """Return the http(s) or mailto URI that the reference means, or None if it means none.

    Spaces and non-ASCII are percent-encoded, international hosts put in their ASCII form, user names
    and tracking parameters left out. Applied to its own answer it changes nothing.
    """
    text = _IGNORED.sub("", url).strip()
    if not text:
        return None
    head, mark, tail = text.partition("?")
    text = head.replace("\\", "/") + mark + tail
    if text.startswith("//") and base is None:
        text = f"https:{text}"
    try:
        parts = urlsplit(urljoin(base or "", text))
        host, port = parts.hostname, parts.port
        if parts.scheme == "mailto":
            return _mailto(parts.path, parts.query)
        if parts.scheme not in ("http", "https") or not host:
            return None
        netloc = _netloc(host, port)
    except ValueError:
        return None
    if netloc is None:
        return None
    query = _escaped(_untracked(parts.query), _QUERY_SAFE)
    path, fragment = _escaped(parts.path, _PATH_SAFE), _escaped(parts.fragment, _QUERY_SAFE)
    whole = urlunsplit((parts.scheme, netloc, path, query, fragment))
    return whole if len(whole) <= MAX_URL else None


def web(url: str, base: str | None = None) -> str | None:
    """Return the http(s) URI that the reference means, or None: for media and pages."""
    found = absolute(url, base)
    return found if found and not found.startswith("mailto:") else None


def is_sharing(url: str) -> bool:
    """Say whether an absolute URI offers to share the page on a network: a button, not a source."""
    return bool(_SHARING.match(url.partition("://")[2]))


def is_counting(url: str) -> bool:
    """Say whether an absolute URI is an image that only counts readers."""
    return bool(_COUNTING.match(url.partition("://")[2]))


def _mailto(path: str, query: str) -> str | None:
    address = _escaped(path.strip(), "@%+,.-_~!$&'*=/")
    if "@" not in address.strip("@"):
        return None
    whole = f"mailto:{address}" + (f"?{_escaped(query, _QUERY_SAFE)}" if query else "")
    return whole if len(whole) <= MAX_URL else None


def _netloc(host: str, port: int | None) -> str | None:
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    host = host.lower()
    if not _HOST.fullmatch(host):
        return None
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"


def _untracked(query: str) -> str:
    pairs = query.split("&")
    kept = [pair for pair in pairs if not _TRACKING_PARAMETER.fullmatch(pair.partition("=")[0])]
    return query if len(kept) == len(pairs) else "&".join(kept)


def _escaped(text: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=safe, errors="replace")
