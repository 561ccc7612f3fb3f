"""Hold what the views of one process share."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app

from feedsvc.catalog import Catalog
from feedsvc.config import ALL
from feedsvc.lists import Portions
from feedsvc.model import Feed
from feedsvc.service import Service
from feedsvc.status import Status
from feedsvc.web.audience import Audience
from feedsvc.web.cache import Documents, Pages, Recent
from feedsvc.web.checking import Checker
from feedsvc.web.clients import Proxies
from feedsvc.web.delta import History
from feedsvc.web.governor import Governor
from feedsvc.web.manner import Manners

EXTENSION = "feedsvc"


@dataclass(slots=True)
class Seen:
    """How the installation was when it was last looked at."""

    status: Status | None = None
    unwritten: datetime | None = None
    """When a document could not be written down last."""


@dataclass(frozen=True, slots=True)
class State:
    """The open service, and this process's memory: what was published, pages made, requests answered."""

    service: Service
    documents: Documents
    governor: Governor
    audience: Audience
    checker: Checker
    pages: Pages = field(default_factory=Pages)
    answered: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many requests this process has answered, by status line."""
    portions: Portions = field(default_factory=Portions)
    measured: Recent = field(default_factory=Recent)
    seen: Seen = field(default_factory=Seen)


def new_state(service: Service) -> State:
    """Return the state of a process that begins."""
    server = service.settings.server
    governor = Governor(server.flood, Proxies(server.trusted_proxies))
    manners = Manners(service.catalog, server.max_age, tells_changes=server.delta)
    documents = Documents(manners.of, history=History() if server.delta else None)
    checker = Checker(service.settings.limits, service.catalog.site, Proxies(server.trusted_proxies))
    return State(service, documents, governor, Audience(service), checker)


def current() -> State:
    """Return the state of the application that answers this request."""
    state = current_app.extensions[EXTENSION]
    assert isinstance(state, State)  # noqa: S101 - create_app puts it there; the line tells mypy
    return state


def catalog() -> Catalog:
    """Return the site and its feeds."""
    return current().service.catalog


def everything() -> Feed:
    """Return the feed of every item, which always exists."""
    return next(feed for feed in catalog().feeds if feed.slug == ALL)
