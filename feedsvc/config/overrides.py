"""Lay FEEDSVC_<SECTION>__<OPTION> over a configuration document.

FEEDSVC_SERVER__PORT is server.port, FEEDSVC_FEEDS__WORLD__LIMIT is feeds.world.limit. Lists are
comma text or TOML arrays. A variable that names nothing is a complaint, since a typing error in a
deployment would otherwise do nothing, in silence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, get_origin

from feedsvc.config.complaints import Complaint, nearest
from feedsvc.config.locate import Path as Key
from feedsvc.config.options import KEYED, NESTED, SECTIONS
from feedsvc.config.places import field_at

PREFIX = "FEEDSVC_"
NOT_OPTIONS = frozenset({"FEEDSVC_CONFIG"})


def apply(
    document: dict[str, Any],  # Any: TOML, not checked yet
    environ: Mapping[str, str],
) -> tuple[dict[Key, str], list[Complaint]]:
    """Write every override into the document; return which variable set which option, and complaints."""
    variables: dict[Key, str] = {}
    complaints: list[Complaint] = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in NOT_OPTIONS:
            continue
        path = _path(name, document)
        if not _is_text(environ[name]):
            complaints.append(Complaint(name, "", "is not UTF-8; write it as UTF-8"))
        elif path is None:
            near = nearest(name, _known(document), "{}").split("; known")[0]
            message = f"there is no such option{near or '; `feedsvc config show` lists them all'}"
            complaints.append(Complaint(name, "", message))
        elif problem := _place(document, path, environ[name]):
            complaints.append(Complaint(name, ".".join(path), problem))
        else:
            variables[path] = name
    return variables, complaints


def _is_text(value: str) -> bool:
    """Say whether a variable is UTF-8: other bytes come to us as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def variable(path: Key) -> str:
    """Return the name of the variable that overrides the option at a path."""
    return PREFIX + "__".join(str(part).upper().replace("-", "_") for part in path)


def _path(name: str, document: Mapping[str, object]) -> tuple[str, ...] | None:
    parts = name.removeprefix(PREFIX).lower().split("__")
    is_nested = len(parts) == 4 and (parts[0], parts[2]) in NESTED
    if (len(parts) == 3 or is_nested) and parts[0] in KEYED:
        table = document.get(parts[0])
        keys = list(table) if isinstance(table, dict) else []
        # A variable's name cannot hold "-": FEEDS__LATE_NEWS is feeds.late-news where that is there.
        key = next((key for key in keys if key.lower().replace("-", "_") == parts[1]), parts[1])
        path: tuple[str, ...] = (parts[0], key, *parts[2:])
    elif len(parts) == 2 and parts[0] not in KEYED:
        path = (parts[0], parts[1])
    else:
        return None
    is_table = len(path) == 3 and (path[0], path[2]) in NESTED
    return path if path[-2] and field_at(path) and not is_table else None


def _known(document: Mapping[str, object]) -> Iterator[str]:
    yield from NOT_OPTIONS
    for section, model in SECTIONS.items():
        table = document.get(section)
        keys = list(table) if isinstance(table, dict) else []
        stems: list[Key] = [(section, key) for key in keys] if section in KEYED else [(section,)]
        for stem in stems:
            for option in model.model_fields:
                nested = NESTED.get((section, option))
                options = [(option, inner) for inner in nested.model_fields] if nested else [(option,)]
                yield from (variable((*stem, *names)) for names in options)


def _place(document: dict[str, Any], path: tuple[str, ...], text: str) -> str:
    """Put the text's value at a path; return what is wrong with it, or nothing."""
    table = document
    for part in path[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return "cannot be set, because the file has no table of that name"
    field = field_at(path)
    try:
        table[path[-1]] = _list(text) if field and get_origin(field.annotation) is tuple else text
    except tomllib.TOMLDecodeError:
        return f'must be a list, got “{text}”; try “one,two” or \'["one", "two"]\''
    return ""


def _list(text: str) -> object:
    if text.strip().startswith("["):
        return tomllib.loads(f"list = {text}")["list"]
    return [part.strip() for part in text.split(",") if part.strip()]
