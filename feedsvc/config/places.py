"""Find what is known of an option by its path, such as ("feeds", "world", "limit")."""

from __future__ import annotations

from pydantic.fields import FieldInfo

from feedsvc.config.options import KEYED, NESTED, SECTIONS, Section


def section_at(path: tuple[str | int, ...]) -> type[Section] | None:
    """Return the table that holds the option at a path such as ("feeds", "world", "podcast", "type")."""
    section = SECTIONS.get(str(path[0])) if path else None
    depth = 2 if path and path[0] in KEYED else 1
    if section is None or len(path) <= depth:
        return None
    return NESTED.get((str(path[0]), str(path[depth])), section) if len(path) > depth + 1 else section


def field_at(path: tuple[str | int, ...]) -> FieldInfo | None:
    """Return what is known of the option at a path such as ("feeds", "world", "limit")."""
    section = section_at(path)
    if section is None:
        return None
    depth = (2 if path[0] in KEYED else 1) + (section in NESTED.values())
    return section.model_fields.get(str(path[depth]))
