"""The files of deploy/ agree with feedsvc: commands, options, paths, and what a reviewer would look for."""

from __future__ import annotations

import http.server
import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from feedsvc import config
from feedsvc.cli.app import COMMANDS, feedsvc
from tests.proxying import part

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
SERVICES = ("feedsvc.service", "feedsvc-web@.service", "feedsvc-worker@.service")
SECRET = "postgresql://feedsvc:secret@db.example/feedsvc"


def settings(tmp_path: Path, environment: Mapping[str, str]) -> config.Settings:
    """What a process gets of deploy/config.toml and its environment, with secrets that are there."""
    secret = tmp_path / "database-url"
    secret.write_text(f"{SECRET}\n")
    mine = {name: text for name, text in environment.items() if name.startswith("FEEDSVC_")}
    mine.pop("FEEDSVC_CONFIG", None)
    if "FEEDSVC_DATABASE__URL_FILE" in mine:
        mine["FEEDSVC_DATABASE__URL_FILE"] = str(secret)
    return config.load(DEPLOY / "config.toml", mine)


def command_line(words: list[str]) -> click.Command:
    """Find the command that words name; fail where it or an option of it does not exist."""
    command: click.Command = feedsvc
    context = click.Context(feedsvc)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"there is no command “{words[0]}”"
        command, words = found, words[1:]
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    options = {word.partition("=")[0] for word in words if word.startswith("-")} - {"--help"}
    assert options <= known, f"{command.name} has no option {options - known}"
    return command


# systemd


def unit(name: str) -> dict[str, list[str]]:
    """The settings of a unit, in their order; sections do not matter, since no two share a name."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / name).read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_starts_what_there_is_and_ends_it_in_time(name: str, tmp_path: Path) -> None:
    written = unit(name)
    program, *words = written["ExecStart"][0].split()
    assert program == "/opt/feedsvc/run"
    command_line(words)
    assert written["Restart"] == ["always"]
    assert written["KillMode"] == ["mixed"]
    assert written["TimeoutStopSec"] == ["15"]
    environment = dict(each.replace("%i", "8484").split("=", 1) for each in written["Environment"])
    assert environment["FEEDSVC_CONFIG"] == "/etc/feedsvc/config.toml"
    loaded = settings(tmp_path, environment)
    if name == "feedsvc.service":
        assert str(loaded.database_path).startswith(f"/var/lib/{written['StateDirectory'][0]}/")
    else:
        assert written["LoadCredential"] == ["database-url:/etc/feedsvc/database-url"]
        assert environment["FEEDSVC_DATABASE__URL_FILE"] == "%d/database-url"
        assert loaded.database_url == SECRET


def test_all_units_are_closed_alike() -> None:
    texts = [(DEPLOY / "systemd" / name).read_text(encoding="utf-8") for name in SERVICES]
    closed = {text.partition("ProtectSystem=")[2].partition("[Install]")[0] for text in texts}
    assert len(closed) == 1
    assert closed.pop().strip()


@pytest.mark.system
@pytest.mark.parametrize("name", SERVICES)
def test_systemd_finds_nothing_wrong_with_a_unit(name: str, tmp_path: Path) -> None:
    program = part("systemd-analyze")
    for path in (DEPLOY / "systemd").iterdir():
        (tmp_path / path.name).write_text(
            path.read_text().replace("/opt/feedsvc/run", str(ROOT / "run").replace(" ", "\\x20"))
        )
    words = ["verify", "--man=no", "--recursive-errors=one", name.replace("@", "@8484")]
    done = subprocess.run([program, *words], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    # An unknown key is a warning only, with exit code 0.
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    words = ["security", "--offline=true", "--threshold=20", name]
    done = subprocess.run([program, *words], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"more exposed than 2.0 of 10:\n{done.stdout}{done.stderr}"


def test_the_configuration_to_begin_with_is_whole(tmp_path: Path) -> None:
    loaded = settings(tmp_path, {})
    assert loaded.site.url.startswith("https://")
    assert loaded.items_path.is_absolute()
    assert loaded.database_path == Path("/var/lib/feedsvc/feedsvc.db")


# The image

KNOWN = {"ARG", "FROM", "LABEL", "RUN", "COPY", "ENV", "WORKDIR", "USER", "VOLUME", "EXPOSE"}
KNOWN |= {"STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


def instructions() -> list[tuple[str, str]]:
    """The Containerfile as (instruction, rest), comments left out and lines joined."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", lines)
    pairs = [line.split(None, 1) for line in joined.splitlines() if line.strip()]
    return [(name, rest) for name, rest in pairs]


def last_stage() -> list[tuple[str, str]]:
    whole = instructions()
    start = max(number for number, (name, _) in enumerate(whole) if name == "FROM")
    return whole[start:]


def image_environment() -> dict[str, str]:
    words = [word for name, rest in last_stage() if name == "ENV" for word in shlex.split(rest)]
    return dict(word.split("=", 1) for word in words)


def one(name: str) -> str:
    (found,) = [rest for each, rest in last_stage() if each == name]
    return found


def test_the_image_is_made_of_what_is_here_and_of_pinned_things() -> None:
    whole = instructions()
    assert {name for name, _ in whole} <= KNOWN
    base = next(rest for name, rest in whole if name == "ARG")
    assert re.fullmatch(r"PYTHON=\S+:3\.11-slim-bookworm(@sha256:[0-9a-f]{64})?", base)
    assert {rest.split()[0] for name, rest in whole if name == "FROM"} == {"${PYTHON}"}
    commands = [each.strip() for name, rest in whole if name == "RUN" for each in rest.split("&&")]
    installs = [shlex.split(each) for each in commands if each.startswith("pip install")]
    locks = [words[words.index("-r") + 1] for words in installs if "-r" in words]
    assert locks == ["requirements-build.lock", "requirements.lock"]
    for words in installs:
        assert "--require-hashes" in words if "-r" in words else "--no-index" in words
        assert {"--no-deps", "--no-build-isolation"} <= set(words)
    assert not [each for each in commands if re.match(r"(apt|apt-get|curl|wget|git)\b", each)]


def test_what_the_image_copies_is_there_and_let_through() -> None:
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").split("\n")
    let_through = [line[1:] for line in ignored if line.startswith("!")]
    copies = [shlex.split(rest)[:-1] for name, rest in instructions() if name == "COPY"]
    sources = [source for words in copies if not words[0].startswith("--from") for source in words]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source, pattern) for pattern in let_through), f"{source} is ignored"
    assert set(let_through) == set(sources)


def test_the_image_runs_feedsvc_as_nobody_in_particular(tmp_path: Path) -> None:
    names = [name for name, _ in last_stage()]
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", one("USER"))
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert json.loads(one("ENTRYPOINT")) == ["feedsvc"]
    command_line(json.loads(one("CMD")))
    assert json.loads(one("VOLUME")) == ["/data", "/items"]
    assert one("STOPSIGNAL") == "SIGTERM"
    loaded = settings(tmp_path, image_environment())
    assert (loaded.server.host, str(loaded.server.port)) == ("0.0.0.0", one("EXPOSE"))
    assert (loaded.database_path, loaded.items_path) == (Path("/data/feedsvc.db"), Path("/items"))


class Health(http.server.BaseHTTPRequestHandler):
    """Answers one status to everything."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def health() -> Iterator[http.server.HTTPServer]:
    with http.server.HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_health_check_tells_a_live_server_from_a_dead_one(
    health: http.server.HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, *words = json.loads(one("HEALTHCHECK").partition("CMD ")[2])
    assert program == "python"

    def code(port: int) -> int:
        command, environment = [sys.executable, *words], {"FEEDSVC_SERVER__PORT": str(port)}
        return subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, timeout=20).returncode

    assert code(health.server_port) == 0
    monkeypatch.setattr(Health, "status", 503)
    assert code(health.server_port) == 1
    assert code(9) == 1


# compose.yaml


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def ours(compose: Any) -> dict[str, Any]:
    return {name: each for name, each in compose["services"].items() if each["image"] == "feedsvc"}


def test_compose_runs_the_cluster(compose: Any, tmp_path: Path) -> None:
    services = ours(compose)
    commands = [" ".join(each["command"]) for each in services.values()]
    assert sorted(commands) == ["db upgrade", "web", "web", "worker", "worker"]
    for each in services.values():
        command_line(list(each["command"]))
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        loaded = settings(tmp_path, image_environment() | each["environment"])
        assert loaded.database_url == SECRET
        assert loaded.server.host == "0.0.0.0"
        assert loaded.items_path == Path("/items")


def test_compose_names_only_what_it_has(compose: Any) -> None:
    services = compose["services"]
    for name, each in services.items():
        assert set(each.get("depends_on", ())) <= set(services), name
        assert set(each.get("networks", ())) <= set(compose["networks"]), name
        assert set(each.get("secrets", ())) <= set(compose["secrets"]), name
        assert each["image"] == "feedsvc" or re.search(r":[\w.-]+$", each["image"]), f"{name} is not pinned"
        assert "healthcheck" in each or each["command"] == ["web"], f"{name}: is it healthy? The image says"
        for volume in each.get("volumes", ()):
            source = volume.split(":")[0]
            there = (DEPLOY / source).exists() if source.startswith(".") else source in compose["volumes"]
            assert there, f"{name}: {source}"
        if "build" in each:
            place = DEPLOY / each["build"]["context"]
            assert (place / each["build"]["dockerfile"]).samefile(DEPLOY / "Containerfile")


def test_the_proxy_asks_every_web_server(compose: Any) -> None:
    webs = {name for name, each in ours(compose).items() if each["command"] == ["web"]}
    proxy = compose["services"]["proxy"]
    assert proxy["environment"]["FEEDSVC_WEB"].split() == [f"{name}:{one('EXPOSE')}" for name in sorted(webs)]
    assert set(proxy["depends_on"]) == webs
    caddyfile = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert set(re.findall(r"\{\$(\w+)", caddyfile)) <= set(proxy["environment"])


# docs/deploy.md

PAGE = ROOT / "docs" / "deploy.md"


def test_every_command_in_the_steps_exists() -> None:
    text = PAGE.read_text(encoding="utf-8")
    code = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    code += re.findall(r"`([^`\n]+)`", text)
    found = 0
    for line in code:
        for match in re.finditer(
            r"(?:^|\s)(?:feedsvc|/opt/feedsvc/run) ([a-z][^|>;&#]*)", line.partition(" # ")[0]
        ):
            words = shlex.split(match[1])
            if words[0] in COMMANDS:
                command_line(words)
                found += 1
            else:
                assert not re.match(r"^(feedsvc|/opt)", line), f"there is no command in “{line}”"
    assert found > 10


def test_the_page_names_every_file_of_deploy_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8")
    there = {path.relative_to(DEPLOY) for path in DEPLOY.rglob("*") if path.is_file()}
    shipped = {path for path in there if path.parts[0] not in ("secrets", ".gitignore")}
    assert {path for path in shipped if path.name not in text} == set()
    named = set(re.findall(r"\bdeploy/([\w@./-]+\w)", text))
    assert {name for name in named if not (DEPLOY / name).exists()} == set()
