"""Read the form of the embed builder: every field by itself, so that one mistake costs that field alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from feedsvc.headlines.options import LAYOUTS, BadOption, Options, read

TICKER = "ticker"
SCRIPT_LAYOUTS: tuple[str, ...] = (*LAYOUTS, TICKER)
"""What the script can draw: a ticker too, since it can stop it."""

FIELDS: tuple[str, ...] = (
    *("count", "show", "layout", "theme", "heading", "lang", "tags", "exclude", "source", "q"),
    *("summary", "target", "footer"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in, what it means, and what is wrong with it."""

    options: Options
    """The layout may be a ticker. Where a field is wrong, its default."""
    values: Mapping[str, str]
    """Every field as it was written."""
    problems: Mapping[str, str]
    """What is wrong, by field."""


def read_form(query: Mapping[str, str]) -> Form:
    """Return the form that a query describes; nothing of it is ever refused as a whole."""
    values = {name: query[name].strip() for name in FIELDS if name in query}
    options, problems = Options(), {}
    for name, text in values.items():
        try:
            options = _with(options, name, text)
        except BadOption as error:
            problems[name] = _said(str(error), name)
    return Form(options, values, problems)


def served(options: Options) -> Options:
    """Return the options as the server draws them: a ticker, which needs the script, stands still."""
    return replace(options, layout="compact") if options.layout == TICKER else options


def _with(options: Options, name: str, text: str) -> Options:
    if name == "layout" and text not in ("", *LAYOUTS):
        if text != TICKER:
            raise BadOption(f"is “{text[:20]}”; it must be one of {', '.join(SCRIPT_LAYOUTS)}")
        return replace(options, layout=TICKER)
    value = getattr(read({name: text}, "html"), name)
    if name == "summary" and value == 0:
        raise BadOption("it must be a number from 1 to 1000; untick “Summary” for none")
    return replace(options, **{name: value})


def _said(problem: str, name: str) -> str:
    """Return a problem as it reads beside its field, which shows its name and what was written."""
    told = problem.removeprefix(f"“{name}” ")
    told = told.partition("; ")[2] if told.startswith("is ") else told
    return f"{told[:1].upper()}{told[1:]}."
