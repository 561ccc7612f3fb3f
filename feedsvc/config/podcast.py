"""Name the options of [feeds.<name>.podcast]."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from feedsvc.config import checks
from feedsvc.config.section import Address, Section


class PodcastSettings(Section):
    """What makes a feed a podcast: it then holds only items with a sound or a film."""

    category: Annotated[
        tuple[Annotated[str, AfterValidator(checks.podcast_category)], ...], AfterValidator(checks.not_empty)
    ] = Field(
        examples=[["News > Daily News"]],
        description="Apple's categories, the best first, as “News” or “News > Daily News”.",
    )
    explicit: bool = Field(examples=[False], description="Whether it is not for children.")
    image: Annotated[str, AfterValidator(checks.artwork)] = Field(
        examples=["https://news.example/podcast.jpg"],
        description="The address of its artwork: square, 1400 to 3000 pixels, JPEG or PNG.",
    )
    author: str = Field(default="", max_length=255, description="Who makes it; empty: the site's author.")
    owner: str = Field(default="", max_length=255, description="Whose it is; empty: the author.")
    email: Annotated[str, AfterValidator(checks.mail_address)] = Field(
        default="", description="Where directories write to, shown in the feed; empty: the site's."
    )
    type: Literal["episodic", "serial"] = Field(
        default="episodic", description="“episodic”: newest first; “serial”: to be heard from the first on."
    )
    guid: Annotated[str, AfterValidator(checks.podcast_guid)] = Field(
        default="",
        description="Its UUID for ever; empty: made from its address, so write it before you move.",
    )
    locked: bool = Field(default=True, description="Whether other hosts are told not to take it over.")
    funding: Address = Field(default="", description="The address where listeners can give money.")
    funding_text: str = Field(
        default="Support us", min_length=1, max_length=128, description="What the link to it says."
    )
    new_feed_url: Address = Field(default="", description="Where it has moved to.")
    complete: bool = Field(default=False, description="Whether there will be no more episodes.")
    block: bool = Field(default=False, description="Whether directories are asked to leave it out.")
    apple_verify: str = Field(
        default="", max_length=255, description="What Apple gives you to show that it is yours."
    )
