from __future__ import annotations

import pytest

from feedsvc.export import caddy, nginx
from feedsvc.export.contents import Served
from feedsvc.export.serving import Serving, cache_control

FEED = Served("/feeds/all.rss", "application/rss+xml; charset=utf-8", ('<https://a.example/$x>; rel="self"',))
LIST = Served("/sitemap.xml", "application/xml; charset=utf-8", is_list=True)
BELOW = Serving(
    "/srv/my news", "127.0.0.1:8484", prefix="/news", gone=("/items/old",), moved={"/feeds/b.rss": "/x"}
)


def test_a_site_below_a_path_is_served_there() -> None:
    text = dict(nginx.configuration(BELOW, [FEED, LIST]))[nginx.NAME]
    assert 'location = "/news/feeds/all.rss" {\n    alias "/srv/my news/public/feeds/all.rss";' in text
    assert "rewrite ^/news(/.*)$ $1 break;" in text
    assert 'location = "/news/items/old" {' in text
    assert 'location = "/news/feeds/b.rss" { return 301 "/x"; }' in text
    own = caddy.configuration(BELOW, [FEED, LIST])
    assert 'path "/news/feeds/all.rss"' in own
    assert 'rewrite * "/feeds/all.rss"' in own


def test_nothing_in_a_value_is_taken_for_nginxs_own() -> None:
    text = dict(nginx.configuration(BELOW, [FEED]))[nginx.NAME]
    assert 'set $feedsvc_link "<https://a.example/%24x>; rel=\\"self\\"";' in text


@pytest.mark.parametrize(
    ("path", "is_list", "header"),
    [
        ("/feeds/all.rss", False, "max-age=300, stale-while-revalidate=60, stale-if-error=86400"),
        ("/feeds/all/archive/1.rss", False, "max-age=3600, stale-if-error=86400"),
        ("/sitemap.xml", True, "max-age=60"),
    ],
)
def test_caches_keep_it_as_long_as_feedsvc_says(path: str, is_list: bool, header: str) -> None:
    assert cache_control(300, Served(path, "x", is_list=is_list)) == header
