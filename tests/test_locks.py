"""Guard the lock files: what pip installs is what uv.lock says, to the hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def locked(name: str) -> dict[str, tuple[str, set[str]]]:
    """What a requirements file pins: name → version and hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if match := re.match(r"([\w.-]+)==(\S+)", line):
            found[match[1]] = (match[2], set(re.findall(r"--hash=sha256:([0-9a-f]{64})", line)))
    return found


def needed(lock: dict[str, dict[str, object]], roots: list[str]) -> set[str]:
    """Every package that these need, by uv.lock."""
    seen: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        package = lock[name]
        wanted = [package.get("dependencies", [])]
        extras = package.get("optional-dependencies", {})
        wanted += extras.values() if isinstance(extras, dict) else []
        todo += [each["name"] for group in wanted for each in group]  # type: ignore[attr-defined]
    return seen


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("requirements.lock", ""),
        ("requirements-dev.lock", "dev"),
        ("requirements-build.lock", "build"),
        ("requirements-bench.lock", "bench"),
    ],
)
def test_requirements_agree_with_uv_lock(name: str, group: str) -> None:
    lock = {each["name"]: each for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    own = lock["feedsvc"]
    roots = own["dev-dependencies"][group] if group else own["dependencies"]
    pinned = locked(name)
    for package, (version, hashes) in pinned.items():
        files = [*lock[package].get("wheels", []), lock[package].get("sdist", {})]
        known = {each["hash"].removeprefix("sha256:") for each in files if each}
        assert version == lock[package]["version"]
        assert hashes == known, f"{name}: {package} has other hashes than uv.lock"
    missing = {each["name"] for each in roots} - set(pinned)
    assert not missing, f"uv.lock has {missing}; export {name} again, as CONTRIBUTING says"
    assert set(pinned) <= needed(lock, [each["name"] for each in roots])


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {
        re.match(r"[\w.-]+", line)[0].lower()  # type: ignore[index]  # every line begins with a name
        for line in project["project"]["dependencies"]
    }
    assert names <= set(locked("requirements.lock"))


def test_nothing_needs_a_package_that_only_comes_as_source_without_its_build_tools() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    runtime, build = locked("requirements.lock"), locked("requirements-build.lock")
    sources_only = {each["name"] for each in lock if "sdist" in each and not each.get("wheels")}
    assert "feedgen" in sources_only & set(runtime)
    assert {"setuptools", "wheel"} <= set(build)
