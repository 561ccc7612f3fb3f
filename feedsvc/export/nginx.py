"""Write the part of nginx's configuration that serves the folder as feedsvc would serve it. Pure.

nginx makes its own ETag, of time and size of the very file that it sends: strong, and another one for each
encoding. The time is the document's, which moves with every change of its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from feedsvc import headers
from feedsvc.export.contents import MOMENTS, PUBLIC, Served, place
from feedsvc.export.serving import Serving, cache_control
from feedsvc.net import MEDIA_TYPES

NAME = "nginx/feedsvc.conf"

HEAD = """\
# Written by feedsvc at each change of what it names; yours would be lost. In the server block of your site:
#     include {root}/{name};
# and reload nginx when it changes: new files are served without, their Link headers need it.

set $feedsvc_is_gone "";
# What is not in the folder, and every browser, is feedsvc's own business.
location @feedsvc {{
{rewrite}    proxy_pass http://{upstream};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_intercept_errors off;
    error_page 502 504 = @feedsvc_away;
}}
location @feedsvc_away {{
    if ($feedsvc_is_gone) {{ return 410; }}
    return 503;
}}
"""
FILE = """\
location = {uri} {{
    alias {file};
    default_type {type};
    set $feedsvc_cache {cache};
{moment}    set $feedsvc_link {link};
    include {common};
}}
"""
COMMON = """\
if ($request_method !~ ^(GET|HEAD)$) {{ return 418; }}
{browsers}recursive_error_pages on;
error_page 403 404 418 = @feedsvc;
types {{ }}
charset off;
etag on;
if_modified_since before;
max_ranges 0;
gzip off;
gzip_static on;
gzip_proxied any;
# With nginx's brotli module (libnginx-mod-http-brotli-static), which then goes before gzip:
#brotli_static on;
{headers}"""
MEDIA = """\
location ^~ {uri} {{
    alias {folder};
    types {{
{types}    }}
    recursive_error_pages on;
    error_page 403 404 = @feedsvc;
    gzip off;
{headers}}}
"""
GONE = """\
location = {uri} {{
    set $feedsvc_is_gone 1;
    recursive_error_pages on;
    error_page 418 = @feedsvc;
    return 418;
}}
"""
MOVED = "location = {uri} {{ return 301 {target}; }}\n"
BROWSERS = "if ($http_sec_fetch_dest = document) { return 418; }\n"


def configuration(serving: Serving, served: Iterable[Served]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file of the configuration."""
    rewrite = f"    rewrite ^{serving.prefix}(/.*)$ $1 break;\n" if serving.prefix else ""
    parts = [HEAD.format(root=serving.root, name=NAME, rewrite=rewrite, upstream=serving.upstream)]
    parts += [_file(serving, each) for each in served]
    parts.append(_media(serving))
    parts += [GONE.format(uri=_uri(serving, path)) for path in serving.gone if place(path)]
    parts += [
        MOVED.format(uri=_uri(serving, path), target=_quoted(target.replace("$", "%24")))
        for path, target in serving.moved.items()
    ]
    yield NAME, "".join(parts)
    feed = [*headers.FEED, *headers.FEED_BODY, ("Link", "$feedsvc_link")]
    yield "nginx/feed.conf", COMMON.format(browsers=BROWSERS, headers=_added(feed, ""))
    listed = [("Vary", "Accept-Encoding"), *headers.OPEN]
    yield "nginx/list.conf", COMMON.format(browsers="", headers=_added(listed, ""))


def _file(serving: Serving, each: Served) -> str:
    mark = _quoted(f"{serving.root}/{MOMENTS}{each.path}")
    moment = f"    if (-f {mark}) {{ set $feedsvc_cache max-age=0; }}\n"
    return FILE.format(
        uri=_uri(serving, each.path),
        file=_quoted(f"{serving.root}/{PUBLIC}{each.path}"),
        type=_quoted(each.content_type),
        cache=_quoted(cache_control(serving.max_age, each)),
        moment=moment,
        link=_quoted(", ".join(each.links).replace("$", "%24")),
        common=_quoted(f"{serving.root}/nginx/{'list' if each.is_list else 'feed'}.conf"),
    )


def _media(serving: Serving) -> str:
    types = "".join(f"        {kind} {suffix.removeprefix('.')};\n" for suffix, kind in MEDIA_TYPES.items())
    fields = [*headers.MEDIA, ("Cache-Control", f"max-age={serving.max_age}")]
    folder = _quoted(f"{serving.root}/{PUBLIC}/media/items/")
    uri = _uri(serving, "/media/items/")
    return MEDIA.format(uri=uri, folder=folder, types=types, headers=_added(fields, "    "))


def _added(fields: Sequence[tuple[str, str]], indent: str) -> str:
    lines = [f"{indent}add_header {name} {_quoted(value)};\n" for name, value in fields]
    # A variable, since the file says which it is.
    has_cache = any(name == "Cache-Control" for name, _ in fields)
    return "".join(lines if has_cache else [*lines, f"{indent}add_header Cache-Control $feedsvc_cache;\n"])


def _uri(serving: Serving, path: str) -> str:
    return _quoted(serving.prefix + path)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
