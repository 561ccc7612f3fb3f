"""A Django site whose only page is a feed by its syndication framework, below the per-site cache.

The items are those of the JSON Feed that the environment names: they lie in memory, and no database is asked.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.wsgi import get_wsgi_application
from django.urls import path

# The order is that of Django's documentation.
MIDDLEWARE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=MIDDLEWARE,
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    # Longer than any measurement: nothing is rendered while it runs.
    CACHE_MIDDLEWARE_SECONDS=86400,
    USE_TZ=True,
    # gunicorn warns at each HEAD that it drops the body, as Django expects of it.
    LOGGING={"version": 1, "disable_existing_loggers": False, "loggers": {"gunicorn": {"level": "ERROR"}}},
)
django.setup()


class Newest(Feed):  # type: ignore[misc]  # Django has no types
    """The newest items, in whole."""

    title = "Harbour News"
    link = "/"
    description = "What the harbour talks about."

    def items(self) -> list[dict[str, Any]]:
        """Return the items, newest first."""
        items: list[dict[str, Any]] = json.loads(Path(os.environ["ITEMS"]).read_text())["items"]
        return items

    def item_title(self, item: dict[str, Any]) -> str:
        """Return an item's title."""
        return str(item["title"])

    def item_description(self, item: dict[str, Any]) -> str:
        """Return an item's content."""
        return str(item["content_html"])

    def item_link(self, item: dict[str, Any]) -> str:
        """Return an item's address."""
        return str(item["url"])

    def item_guid(self, item: dict[str, Any]) -> str:
        """Return an item's id."""
        return str(item["id"])

    def item_pubdate(self, item: dict[str, Any]) -> datetime:
        """Return when an item was published."""
        return datetime.fromisoformat(item["date_published"])


urlpatterns = [path("feeds/all.rss", Newest())]
application = get_wsgi_application()
