"""Guard the habits of this code: what no reviewer should have to look for."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from feedsvc import errors
from feedsvc.errors import RequestError
from feedsvc.web.errors import STATUSES

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "feedsvc"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations/versions" not in path.as_posix())
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}

DOORS = {
    "flask": ("web",),
    "werkzeug": ("web",),
    "jinja2": ("web",),
    "feedgen": ("formats",),
    "lxml.etree": ("formats",),
    "sqlalchemy": ("store",),
    "alembic": ("store",),
    "psycopg": ("store",),
    "procrastinate": ("queue", "work"),
    "apscheduler": ("work",),
    "bs4": ("article", "sources"),
    "feedparser": ("sources",),
    "pycurl": ("net",),
    "click": ("cli",),
    "rich": ("cli",),
    "segno": ("web",),
    "granian": ("cli",),
    "xml.parsers": ("feeds",),
    "tomllib": ("config", "sources"),
    "nh3": ("article",),
    "watchfiles": ("sources",),
    "yaml": ("sources",),
}
"""The folders that may import a library; in sources, tomllib is for front matter alone."""

PURE = (
    "article",
    "formats",
    "feeds",
    "headlines",
    "hostcheck",
    "work/timing.py",
    "decide.py",
    "identity.py",
    "model.py",
)
"""What may not know the network, a database, the clock, chance or a log."""

IMPURE = (
    "logging",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "threading",
    "time",
    "urllib.request",
)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def is_from(module: str, library: str) -> bool:
    return module == library or module.startswith(f"{library}.")


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_imports_go_down_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_library_has_one_door() -> None:
    wrong = []
    for path, tree in TREES.items():
        folder = name_of(path).split("/")[0].removesuffix(".py")
        for module, line in imports(tree):
            for library, doors in DOORS.items():
                if is_from(module, library) and folder not in doors:
                    wrong.append(f"{name_of(path)}:{line} imports {module}")
    assert not wrong


def test_pure_parts_import_nothing_that_acts() -> None:
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for path, tree in TREES.items()
        if name_of(path).startswith(PURE)
        for module, line in imports(tree)
        if any(is_from(module, name) for name in IMPURE)
    ]
    assert not wrong


def test_everything_public_has_a_docstring() -> None:
    wrong = []
    for path, tree in TREES.items():
        if not ast.get_docstring(tree):
            wrong.append(name_of(path))
        for node in ast.walk(tree):
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                continue
            if node in public(tree) and not ast.get_docstring(node):
                wrong.append(f"{name_of(path)}:{node.lineno} {node.name}")
    assert not wrong


def public(tree: ast.Module) -> set[ast.AST]:
    """Everything that a caller can reach: top-level names, and the methods of public classes."""
    found: set[ast.AST] = set(tree.body)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found |= set(node.body)
    return found


def test_files_and_functions_stay_short() -> None:
    wrong = [name_of(path) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 300]
    wrong += [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 50
    ]
    assert not wrong


CLOCK_DOORS = ("service.py", "work/", "web/", "cli/")
"""Who may ask what time it is: everybody else is told."""
ENVIRONMENT_DOORS = ("config/load.py",)


def test_clock_environment_and_print_stay_behind_their_doors() -> None:
    wrong = []
    for path, tree in TREES.items():
        name = name_of(path)
        for node in ast.walk(tree):
            used = dotted(node)
            clock = used.endswith(("datetime.now", "datetime.utcnow", "date.today")) or used == "time.time"
            environment = used in ("os.environ", "os.getenv", "environ")
            printing = isinstance(node, ast.Call) and dotted(node.func) == "print"
            if (
                (clock and not name.startswith(CLOCK_DOORS))
                or (environment and not name.startswith(ENVIRONMENT_DOORS) and used != "environ")
                or printing
            ):
                wrong.append(f"{name}:{getattr(node, 'lineno', 0)} {used or 'print'}")
    assert not wrong


def test_everything_is_caught_in_three_places_only() -> None:
    wrong = {
        name_of(path)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in ("Exception", "BaseException"))
    }
    assert {name for name in wrong if not name.startswith(("web/", "work/"))} == {"sources/reading.py"}


def request_errors(kind: type[RequestError] = RequestError) -> Iterator[type[RequestError]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from request_errors(inner)


def test_every_error_of_an_asker_has_a_status() -> None:
    missing = {kind for kind in request_errors() if kind.__module__ == errors.__name__} - set(STATUSES)
    assert not missing
