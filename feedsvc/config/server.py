"""The options of serving: the web server, and the folder that another one serves."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from feedsvc.config.section import Network, Section


class ServerSettings(Section):
    """The web server."""

    host: str = Field(
        default="127.0.0.1", min_length=1, description="The address to listen on; “0.0.0.0”: every address."
    )
    port: int = Field(default=8484, ge=1, le=65535, description="The port to listen on.")
    workers: int = Field(default=2, ge=1, le=64, description="How many web processes answer requests.")
    threads: int = Field(default=4, ge=1, le=64, description="How many threads each of them has.")
    max_age: int = Field(
        default=300, ge=0, le=86400, description="Seconds for which readers and caches may keep a feed."
    )
    door: bool = Field(
        default=True,
        description="Whether polls are answered before the web server, at a fraction of its cost (Linux).",
    )
    flood: int = Field(
        default=600,
        ge=0,
        le=1_000_000,
        description="Whole feeds that one client may fetch in a minute without asking for changes; 0: all.",
    )
    delta: bool = Field(
        default=False,
        description="Whether readers that ask so (RFC 3229) get changed entries alone; rss2email fails then.",
    )
    metrics: Literal["local", "public", "off"] = Field(
        default="local", description="Who may read /metrics: “local”: this machine alone; “public”; “off”."
    )
    trusted_proxies: tuple[Network, ...] = Field(
        default=(), description="Reverse proxies that are believed about whom they ask for, as networks."
    )


class ExportSettings(Section):
    """The folder that another web server serves the feeds from."""

    path: str = Field(
        default="", description="The folder to keep all feeds in as files, for nginx or Caddy; empty: none."
    )
