"""Write the part of Caddy's configuration that serves the folder as feedsvc would serve it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from feedsvc import formats, headers
from feedsvc.export.contents import MOMENTS, PUBLIC, Served
from feedsvc.export.serving import Serving, cache_control

NAME = "caddy/feedsvc.caddy"

HEAD = """\
# Written by feedsvc at each change of what it names; yours would be lost. In the block of your site, before
# its reverse_proxy:
#     import {root}/{name}
# and reload Caddy when it changes: new files are served without, their Link headers need it. What is not in
# the folder goes on to the reverse_proxy, and so does every browser.
"""
FILE = """\
@feedsvc_{nth} {{
	method GET HEAD
{browsers}	path {uri}
	file {{
		root {public}
		try_files {path}
	}}
}}
handle @feedsvc_{nth} {{
	route {{
		@moment file {{
			root {moments}
			try_files {path}
		}}
		rewrite * {target}
		header {{
			# At the end, so that Caddy adds no second Vary.
			defer
{headers}		}}
		header @moment Cache-Control max-age=0
		file_server {{
			root {public}
			precompressed br gzip
		}}
	}}
}}
"""


def configuration(serving: Serving, served: Iterable[Served]) -> str:
    """Return the text of the configuration."""
    head = HEAD.format(root=serving.root, name=NAME)
    return head + "".join(_file(serving, nth, each) for nth, each in enumerate(served, 1))


def _file(serving: Serving, nth: int, each: Served) -> str:
    return FILE.format(
        nth=nth,
        browsers="" if each.is_list else "\tnot header Sec-Fetch-Dest document\n",
        uri=_quoted(serving.prefix + each.path),
        public=_quoted(f"{serving.root}/{PUBLIC}"),
        moments=_quoted(f"{serving.root}/{MOMENTS}"),
        path=_quoted(each.path),
        target=_quoted(formats.path_uri(each.path)),
        headers="".join(f"\t\t\t{name} {_quoted(value)}\n" for name, value in _fields(serving.max_age, each)),
    )


def _fields(max_age: int, each: Served) -> list[tuple[str, str]]:
    own = (
        [("Vary", "Accept-Encoding"), *headers.OPEN]
        if each.is_list
        else [*headers.FEED, *headers.FEED_BODY, ("Link", ", ".join(each.links))]
    )
    return [("Content-Type", each.content_type), ("Cache-Control", cache_control(max_age, each)), *own]


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
