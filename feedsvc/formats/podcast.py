"""Write what makes an RSS feed a podcast: Apple's elements and those of Podcasting 2.0, as PSP-1 wants them.

feedgen's own extension for podcasts writes values that directories refuse.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import replace

from lxml.etree import _Element

from feedsvc.formats.feedgen_ext import ITUNES, PODCAST, Own, add, plain
from feedsvc.formats.text import line, opening, uri
from feedsvc.model import Article, Enclosure, Item
from feedsvc.podcast import Episode, Podcast, Transcript

NAMESPACES = {"itunes": ITUNES, "podcast": PODCAST}
MAX_VALUE = 255
"""Characters of any value that has no limit of its own (PSP-1)."""
MAX_DESCRIPTION = 4000
"""Bytes."""
CHAPTERS_TYPE = "application/json+chapters"

_GUIDS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The namespace of every podcast:guid (Podcasting 2.0)."""
_NOT_THE_HOLDER = re.compile(
    r"©|\(c\)|\bcopyright\b|\b(?:19|20)\d\d\b(?:\s*[-–]\s*(?:19|20)\d\d\b)?", re.IGNORECASE
)


def guid(feed_url: str) -> str:
    """Return the podcast:guid of the feed at an address: without the scheme and the slashes at its end."""
    return str(uuid.uuid5(_GUIDS, re.sub(r"^[a-z]+://", "", feed_url).rstrip("/")))


def holder(rights: str) -> str:
    """Return who holds the rights: without the sign and the year, which PSP-1 wants left out."""
    return line(_NOT_THE_HOLDER.sub(" ", rights)).strip(" ,;:.") or rights


def tidy_podcast(podcast: Podcast) -> Podcast:
    """Return the podcast fit to be written."""
    return replace(
        podcast,
        image=uri(podcast.image),
        author=opening(podcast.author, MAX_VALUE),
        owner=opening(podcast.owner, MAX_VALUE),
        email=line(podcast.email),
        guid=line(podcast.guid),
        funding=tuple((uri(url), opening(text, 128)) for url, text in podcast.funding if uri(url)),
        new_feed_url=uri(podcast.new_feed_url),
        apple_verify=line(podcast.apple_verify),
    )


def tidy_episode(episode: Episode) -> Episode:
    """Return an episode fit to be written."""
    transcripts = (
        Transcript(uri(each.url), line(each.type), line(each.language or "") or None)
        for each in episode.transcripts
    )
    return replace(
        episode,
        image=uri(episode.image or "") or None,
        transcripts=tuple(each for each in transcripts if each.url and each.type),
        chapters=uri(episode.chapters or "") or None,
    )


def episodes(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the items that are episodes, the sound or film first among their enclosures.

    A directory would refuse a feed that holds anything else. Their titles and summaries are cut to the
    length that directories take.
    """
    return tuple(_as_episode(item) for item in items if any(map(_is_media, item.article.enclosures)))


def add_channel(channel: _Element, podcast: Podcast, feed_url: str) -> None:
    """Append to a channel what directories want to know of a podcast."""
    _add_apples(channel, podcast)
    add(channel, f"{{{PODCAST}}}guid", podcast.guid or guid(feed_url))
    add(channel, f"{{{PODCAST}}}locked", "yes" if podcast.locked else "no", owner=podcast.email)
    for url, text in podcast.funding:
        add(channel, f"{{{PODCAST}}}funding", plain(text), url=url)


def add_episode(own: Own, article: Article) -> None:
    """Append to an item what directories want to know of an episode."""
    episode = article.episode or Episode()
    told = {
        "duration": article.enclosures[0].duration,
        "episode": episode.number,
        "season": episode.season,
        "episodeType": episode.kind,
        "explicit": None if episode.explicit is None else _truth(episode.explicit),
    }
    for name, value in told.items():
        if value:
            own.add(f"{{{ITUNES}}}{name}", str(value))
    if episode.image:
        own.add(f"{{{ITUNES}}}image", href=episode.image)
    for each in episode.transcripts:
        own.add(f"{{{PODCAST}}}transcript", url=each.url, type=each.type, language=each.language or "")
    if episode.chapters:
        own.add(f"{{{PODCAST}}}chapters", url=episode.chapters, type=CHAPTERS_TYPE)


def _add_apples(channel: _Element, podcast: Podcast) -> None:
    add(channel, f"{{{ITUNES}}}author", plain(podcast.author))
    if podcast.email:
        owner = add(channel, f"{{{ITUNES}}}owner")
        add(owner, f"{{{ITUNES}}}name", plain(podcast.owner or podcast.author))
        add(owner, f"{{{ITUNES}}}email", podcast.email)
    add(channel, f"{{{ITUNES}}}image", href=podcast.image)
    for names in podcast.categories:
        parent = channel
        for name in names:
            parent = add(parent, f"{{{ITUNES}}}category", text=name)
    told = {
        "explicit": _truth(podcast.explicit),
        "type": podcast.kind,
        "complete": "Yes" if podcast.complete else "",
        "block": "Yes" if podcast.block else "",
        "new-feed-url": podcast.new_feed_url,
        "applepodcastsverify": podcast.apple_verify,
    }
    for name, value in told.items():
        if value:
            add(channel, f"{{{ITUNES}}}{name}", value)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _is_media(enclosure: Enclosure) -> bool:
    return enclosure.type.startswith(("audio/", "video/"))


def _as_episode(item: Item) -> Item:
    article = item.article
    summary = _cut(article.summary)
    if not summary and len(article.content.encode()) > MAX_DESCRIPTION:
        # Without a summary the content would be the description, which has a limit.
        summary = article.title
    enclosures = sorted(article.enclosures, key=lambda each: not _is_media(each))
    return replace(
        item,
        article=replace(
            article,
            title=opening(article.title, MAX_VALUE),
            summary=summary,
            enclosures=tuple(enclosures),
        ),
    )


def _cut(summary: str) -> str:
    """Return a summary of at most so many bytes, counting what its own markup characters take in RSS."""
    size = len(summary.encode()) + 4 * sum(map(summary.count, "&<>"))
    return summary if size <= MAX_DESCRIPTION else opening(summary, MAX_DESCRIPTION // 5)
