"""Read config.toml and the environment, check all of it, and resolve what is relative.

The order is: defaults, then the file, then FEEDSVC_<SECTION>__<OPTION>.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from feedsvc.config import overrides
from feedsvc.config.checks import database_address
from feedsvc.config.complaints import Complaint, Misconfigured, nearest, sentence
from feedsvc.config.locate import Path as Key
from feedsvc.config.locate import Position, line_and_column, positions
from feedsvc.config.options import FOLDER, Options, Settings, SiteSettings

NAME = "config.toml"
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration with the memory of where each of its values was written."""

    options: Options
    folder: Path
    file: str = ""
    text: str = ""
    places: Mapping[Key, Position] = field(default_factory=dict)
    variables: Mapping[Key, str] = field(default_factory=dict)


def environment() -> Mapping[str, str]:
    """Return the environment's variables: the one door to them."""
    return os.environ


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the environment with which a process below this one loads the same settings."""
    environ = {**os.environ, "FEEDSVC_LOG__LEVEL": settings.log.level}
    if settings.file is not None:
        environ["FEEDSVC_CONFIG"] = str(settings.file)
    return environ


def export(settings: Settings) -> None:
    """Put into this process's environment what `child_environment` returns."""
    os.environ.update(child_environment(settings))


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Return the settings of a config file and an environment.

    Without a path it is FEEDSVC_CONFIG's, else ./config.toml if that is there, else all defaults.
    Raises Misconfigured (a ConfigError) with every problem at once.
    """
    loaded = read(path, environ)
    return resolved(loaded)


def read(path: Path | None, environ: Mapping[str, str]) -> Loaded:
    """Return the checked options, not yet resolved, with where each was written."""
    chosen = path or _named(environ) or _found()
    file, text = (str(chosen), _text(chosen)) if chosen else (NAME, "")
    document = _parsed(text, file)
    spots = positions(text)
    variables, complaints = overrides.apply(document, environ)
    source = Loaded(Options(), (chosen or Path(NAME)).absolute().parent, file, text, spots, variables)
    complaints += _crossed(source, document)
    try:
        options = Options.model_validate(document)
    except ValidationError as error:
        complaints += [complain(source, each["loc"], sentence(each), each["type"]) for each in error.errors()]
    if complaints:
        raise Misconfigured(sorted(complaints, key=lambda each: (each.line == 0, each.line, each.column)))
    return replace(source, options=options, file=file if chosen else "")


def complain(source: Loaded, path: Key, message: str, kind: str = "") -> Complaint:
    """Return the complaint about the option at a path, placed where that option was written.

    An unknown name is the key's fault and the caret is under it; everything else is the value's.
    """
    option = ".".join(str(part) for part in path)
    known = path
    while known and known not in source.variables and known not in source.places:
        known = known[:-1]
    if known in source.variables:
        return Complaint(source.variables[known], option, message)
    if not known:
        return Complaint(source.file, option, message)
    spot = source.places[known]
    unknown = kind == "extra_forbidden"
    start = spot.key if unknown else spot.value
    line, column = line_and_column(source.text, start)
    excerpt = source.text.splitlines()[line - 1]
    width = len(str(known[-1])) if unknown else min(spot.end - start, len(excerpt) - column + 1)
    return Complaint(source.file, option, message, line, column, max(width, 1), excerpt)


def _named(environ: Mapping[str, str]) -> Path | None:
    name = environ.get("FEEDSVC_CONFIG", "")
    return Path(name) if name else None


def _found() -> Path | None:
    return Path(NAME) if Path(NAME).is_file() else None


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 (byte {error.start}); save it as UTF-8"
    except OSError as error:
        reason = f"cannot be read: {(error.strerror or 'error').lower()}; name another file with --config"
    raise Misconfigured([Complaint(str(path), "", reason)])


def _parsed(text: str, file: str) -> dict[str, Any]:  # Any: TOML, not checked yet
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured([_syntax(str(error), text, file)]) from None


def _syntax(message: str, text: str, file: str) -> Complaint:
    """Return tomllib's error, which names its place in words, as a complaint."""
    lines = text.splitlines() or [""]
    match = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    reason = message[: match.start()] if match else message
    line, column = (int(match[1]), int(match[2])) if match and match[1] else (len(lines), len(lines[-1]) + 1)
    excerpt = lines[min(line, len(lines)) - 1]
    hint = 'text needs quotes, as in title = "News"' if "Invalid value" in reason else "mend the TOML here"
    return Complaint(file, "", f"{reason[0].lower()}{reason[1:]}; {hint}", line, column, 1, excerpt)


def _crossed(source: Loaded, document: Mapping[str, object]) -> Iterator[Complaint]:
    """Yield what is wrong between options that may each be right by themselves."""
    sources, feeds = _tables(document, "sources"), _tables(document, "feeds")
    for section, tables in (("sources", sources), ("feeds", feeds)):
        for key in tables:
            if not _SLUG.fullmatch(key):
                reason = "must be a name of a-z, 0-9 and “-”, since it stands in addresses"
                yield complain(source, (section, key), f"{reason}; try [{section}.{_as_slug(key)}]")
    if FOLDER in sources:
        reason = f"“{FOLDER}” is the name of your own folder; give this source another name"
        yield complain(source, ("sources", FOLDER), reason)
    known = {FOLDER, *sources}
    for key, feed in feeds.items():
        for part in ("sources", "exclude_sources"):
            names = feed.get(part)
            for number, name in enumerate(names if isinstance(names, list) else []):
                if isinstance(name, str) and name not in known:
                    message = f"there is no source “{name}”" + nearest(name, known)
                    yield complain(source, ("feeds", key, part, number), message)

    yield from _ended(source, feeds)


def _ended(source: Loaded, feeds: Mapping[str, Mapping[str, object]]) -> Iterator[Complaint]:
    """Yield what is wrong with where feeds have moved to: it must be there, and not move on again."""
    over = {key for key, feed in feeds.items() if feed.get("gone") or feed.get("redirect_to")}
    living = {"all", *feeds} - over
    for key in sorted(over):
        target = feeds[key].get("redirect_to")
        if key == "all":
            option = "redirect_to" if target else "gone"
            yield complain(source, ("feeds", key, option), "the feed of everything always exists")
        elif isinstance(target, str) and target and "/" not in target and target not in living:
            message = f"there is no feed “{target}” to go to" + nearest(target, living)
            yield complain(source, ("feeds", key, "redirect_to"), message)


def _tables(document: Mapping[str, object], section: str) -> dict[str, dict[str, object]]:
    found = document.get(section)
    tables = found.items() if isinstance(found, dict) else ()
    return {str(key): table for key, table in tables if isinstance(table, dict)}


def _as_slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "world"


def resolved(loaded: Loaded) -> Settings:
    """Return the settings: relative paths from the file's folder, secrets read, what is derived filled in."""
    options = loaded.options
    every = options.schedule.refresh_every
    items = _place(loaded, ("items", "path"), str(options.items.path))
    export = options.export.path and str(_place(loaded, ("export", "path"), options.export.path))
    return Settings(
        folder=loaded.folder,
        file=Path(loaded.file).absolute() if loaded.file else None,
        site=_with_address(options),
        server=options.server,
        database=options.database.model_copy(update={"url": _database_url(loaded)}),
        items=options.items.model_copy(update={"path": items}),
        sources={
            key: each if "every" in each.model_fields_set else each.model_copy(update={"every": every})
            for key, each in options.sources.items()
        },
        feeds=dict(options.feeds),
        schedule=options.schedule,
        limits=options.limits,
        export=options.export.model_copy(update={"path": export}),
        log=options.log,
    )


def _with_address(options: Options) -> SiteSettings:
    """Return the site with an address: made from host and port where none is written."""
    if options.site.url:
        return options.site
    host = options.server.host
    host = "127.0.0.1" if host in ("0.0.0.0", "::", "[::]") else host  # noqa: S104  # compared, not bound
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return options.site.model_copy(update={"url": f"http://{host}:{options.server.port}"})


def _database_url(loaded: Loaded) -> str:
    database, prefix = loaded.options.database, "sqlite:///"
    url, option = database.url, ("database", "url")
    if database.url_file:
        option = ("database", "url_file")
        url = _secret(loaded, database.url_file)
    return f"{prefix}{_place(loaded, option, url.removeprefix(prefix))}" if url.startswith(prefix) else url


def _place(loaded: Loaded, option: Key, name: str) -> Path:
    """Return a path, from the file's folder where it is relative, from a person's home where it begins so."""
    try:
        return loaded.folder / Path(name).expanduser()
    except RuntimeError:
        message = f"“{name}”: there is no such home folder; write the whole path"
        raise Misconfigured([complain(loaded, option, message)]) from None


def _secret(loaded: Loaded, name: str) -> str:
    """Return the database's URL from its own file; what is wrong there is said without repeating it."""
    option = ("database", "url_file")
    try:
        return database_address(_place(loaded, option, name).read_text(encoding="utf-8").strip())
    except OSError as error:
        reason = f"cannot be read: {(error.strerror or 'error').lower()}"
    except UnicodeDecodeError:
        reason = "cannot be read: not text"
    except ValueError as error:
        reason = str(error)
    message = f"“{name}” {reason}; write the database's URL into that file"
    raise Misconfigured([complain(loaded, option, message)])
