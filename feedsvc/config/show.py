"""List every option with its value and where that value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from feedsvc.config.complaints import masked, toml_text
from feedsvc.config.load import Loaded, read, resolved
from feedsvc.config.locate import Path as Key
from feedsvc.config.locate import line_and_column
from feedsvc.config.options import KEYED, NESTED, SECTIONS, Section, Settings


@dataclass(frozen=True, slots=True)
class Shown:
    """One option: the value that is used, as TOML writes it, secrets as ***, and its origin.

    The origin is a file with its line, the variable that set it, “default”, or what it was made from.
    """

    option: str
    value: str
    origin: str
    help: str


def show(path: Path | None, environ: Mapping[str, str]) -> tuple[Shown, ...]:
    """Return every option in the order of the sections; Misconfigured where `load` would raise it."""
    loaded = read(path, environ)
    return tuple(_shown(loaded, resolved(loaded)))


def _shown(loaded: Loaded, settings: Settings) -> Iterator[Shown]:
    for name in SECTIONS:
        used = getattr(settings, name)
        if name not in KEYED:
            yield from _options(loaded, (name,), used)
            continue
        for key, section in used.items():
            yield from _options(loaded, (name, key), section)


def _options(loaded: Loaded, stem: tuple[str, ...], section: Section) -> Iterator[Shown]:
    for option, field in type(section).model_fields.items():
        path = (*stem, option)
        if len(path) == 3 and path[::2] in NESTED:
            nested = getattr(section, option)
            yield from _options(loaded, path, nested) if nested else ()
            continue
        value = masked(toml_text(getattr(section, option)))
        yield Shown(".".join(path), value, _origin(loaded, path), field.description or "")


def _origin(loaded: Loaded, path: Key) -> str:
    written = loaded.options
    if path == ("database", "url") and written.database.url_file:
        return "database.url_file"
    if path == ("site", "url") and not written.site.url:
        return "server.host, server.port"
    if path in loaded.variables:
        return loaded.variables[path]
    if path in loaded.places:
        line, _ = line_and_column(loaded.text, loaded.places[path].key)
        return f"{loaded.file}:{line}"
    return "schedule.refresh_every" if path[0] == "sources" and path[-1] == "every" else "default"
