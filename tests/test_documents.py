"""Guard what is written beside the code: README's map and config.toml say what the code says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from feedsvc import config
from feedsvc.cli.app import COMMANDS
from feedsvc.config import NESTED, SECTIONS, toml_text
from feedsvc.sources.aliases import FIELDS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "feedsvc"
README = ROOT / "README.md"
MAP = re.compile(r"(?<=<!-- map -->\n```\n).*?(?=```\n)", re.DOTALL)


def map_of_the_code() -> str:
    """The modules as a tree, each with the first line of its docstring; tables of the database left out."""
    lines = []
    for path in sorted(PACKAGE.rglob("*.py"), key=order):
        if path.parent.name == "versions":
            continue
        place = path.parent if path.name == "__init__.py" else path
        depth = len(place.relative_to(PACKAGE).parts)
        name = "  " * depth + place.name + ("/" if place.is_dir() else "")
        lines.append(f"{name:<26} {first_line(path)}")
    return "\n".join(lines) + "\n"


def order(path: Path) -> tuple[tuple[bool, str], ...]:
    """Files before folders, each by name; a folder's front door first."""
    parts = path.relative_to(PACKAGE).parts
    folders = tuple((True, part) for part in parts[:-1])
    return (*folders, (False, "" if parts[-1] == "__init__.py" else parts[-1]))


def first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "?").splitlines()[0]


def test_the_readmes_map_is_the_code(request: pytest.FixtureRequest) -> None:
    text = README.read_text(encoding="utf-8")
    assert MAP.search(text), "README has no map"
    if request.config.getoption("update_cases"):
        text = MAP.sub(lambda match: map_of_the_code(), text)
        README.write_text(text, encoding="utf-8")
    found = MAP.search(text)
    assert found
    assert found[0] == map_of_the_code(), (
        "write the map again with: ./run test tests/test_documents.py --update-cases"
    )


def config_lines() -> dict[tuple[str, str], tuple[str, str]]:
    """The options that config.toml names in comments: (section, option) → (default, help)."""
    found, section, before = {}, "", ""
    for line in (ROOT / "config.toml").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"#?\[(\w+)(?:\.\w+)?(?:\.(\w+))?\]$", line):
            section = f"{match[1]}.{match[2]}" if match[2] else match[1]
        elif match := re.match(r"#(\w+) = (.+)$", line):
            assert (section, match[1]) not in found, f"{section}.{match[1]} is there twice"
            found[section, match[1]] = (match[2], before.removeprefix("# "))
        before = line
    return found


def test_config_toml_has_every_option_with_its_true_default_and_its_help() -> None:
    tables = {**SECTIONS, **{".".join(path): model for path, model in NESTED.items()}}
    code = {}
    for section, model in tables.items():
        for option, field in model.model_fields.items():
            if (section, option) in NESTED:
                continue
            default = (
                (field.examples or ["https://agency.example/feed.xml"])[0] if field.is_required() else None
            )
            code[section, option] = (
                toml_text(field.default if default is None else default),
                field.description,
            )
    assert config_lines() == code


def test_config_toml_can_be_used_as_it_is() -> None:
    settings = config.load(ROOT / "config.toml", {})
    assert config.feeds(settings)[0].slug == "all"
    assert not settings.sources


def test_the_editors_page_names_every_field_and_every_code() -> None:
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    names = {name for names in FIELDS.values() for name in names}
    assert {name for name in names if f"`{name}`" not in page} == set()
    codes = set(re.findall(r'"([EW]\d{3})"', code))
    assert {each for each in codes if f"| {each} |" not in page} == set()
    assert set(re.findall(r"^\| ([EW]\d{3}) \|", page, re.MULTILINE)) == codes


def test_the_operators_page_and_the_help_agree_on_the_commands() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    listed = re.search(r"## Commands\n\n(.*?); each has", page, re.DOTALL)
    assert listed
    assert set(re.findall(r"`([\w-]+)`", listed[1])) == set(COMMANDS)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/editors.md", "docs/operators.md"])
def test_links_between_the_documents_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", text) if "://" not in target]
    assert [target for target in targets if not ((ROOT / name).parent / target).exists()] == []
