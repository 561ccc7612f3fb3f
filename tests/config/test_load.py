"""What config.load promises: one answer, or every problem at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc import config
from feedsvc.config import Misconfigured


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def complaints(tmp_path: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        config.load(written(tmp_path, text), environ)
    return [problem.replace(f"{tmp_path}/", "") for problem in caught.value.problems]


def test_without_a_file_everything_has_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = config.load(None, {})
    assert settings.server.port == 8484
    assert settings.site.url == "http://127.0.0.1:8484"
    assert settings.database.url == f"sqlite:///{tmp_path}/data/feedsvc.db"
    assert settings.database_path == tmp_path / "data" / "feedsvc.db"
    assert settings.items_path == tmp_path / "items"
    assert settings.file is None
    assert [feed.slug for feed in config.feeds(settings)] == ["all"]


def test_relative_paths_are_taken_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    file = written(tmp_path, '[items]\npath = "news"\n[database]\nurl = "sqlite:///a/b.db"\n')
    settings = config.load(Path("../config.toml"), {})
    assert settings.items_path.resolve() == tmp_path / "news"
    assert settings.database_path is not None
    assert settings.database_path.resolve() == tmp_path / "a" / "b.db"
    assert settings.file is not None
    assert settings.file.resolve() == file


def test_absolute_paths_stay(tmp_path: Path) -> None:
    file = written(tmp_path, '[items]\npath = "/srv/news"\n[database]\nurl = "sqlite:////srv/a.db"\n')
    settings = config.load(file, {})
    assert settings.items_path == Path("/srv/news")
    assert settings.database.url == "sqlite:////srv/a.db"


def test_every_problem_is_said_at_once_with_its_place(tmp_path: Path) -> None:
    text = """\
[site]
timezon = "UTC"
url = "news.example"
[server]
port = 99999
[feeds.news]
  limit = 5000
  sources = [
    "items",  # ours
    "agancy",
  ]
[sources.agency]
every = "3 weeks"
"""
    assert complaints(tmp_path, text) == [
        "config.toml:2:1: site.timezon: there is no such option; did you mean “timezone”?",
        "config.toml:3:7: site.url: must be an http or https address, got “news.example”; "
        "try “https://news.example”",
        "config.toml:5:8: server.port: must be between 1 and 65535, got 99999; try 8484",
        "config.toml:7:11: feeds.news.limit: must be between 1 and 500, got 5000; try 50",
        "config.toml:10:5: feeds.news.sources.1: there is no source “agancy”; did you mean “agency”?",
        'config.toml:12:1: sources.agency.url: is missing; write url = "https://…"',
        "config.toml:13:9: sources.agency.every: must be a number with its unit, got “3 weeks”; "
        "try “90s”, “15m”, “2h” or “1d”",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[sit]\n", "config.toml:1:1: sit: there is no such section; did you mean [site]?"),
        (
            "[[feeds]]\n",
            "config.toml:1:1: feeds: must be one table for each name, not a list of tables; "
            "write [feeds.world]",
        ),
        ("server = 5\n", "config.toml:1:10: server: must be a table; write [server] and its options below"),
        (
            '[log]\nlevel = "warn"\n',
            "config.toml:2:9: log.level: must be one of “debug”, “info”, “warning”, “error”, "
            'got "warn"; try "warning"',
        ),
        ("[site]\ntitle = 5\n", 'config.toml:2:9: site.title: must be text in quotes, got 5; try "feedsvc"'),
        (
            "[feeds.all]\ngone = true\n",
            "config.toml:2:8: feeds.all.gone: the feed of everything always exists",
        ),
        (
            '[feeds.a]\nredirect_to = "stroms"\n[feeds.storms]\n',
            "config.toml:2:15: feeds.a.redirect_to: there is no feed “stroms” to go to; "
            "did you mean “storms”?",
        ),
        (
            '[feeds.a]\nredirect_to = "b"\n[feeds.b]\ngone = true\n',
            "config.toml:2:15: feeds.a.redirect_to: there is no feed “b” to go to; known are all",
        ),
        (
            '[feeds.a]\nredirect_to = "ftp://x/y"\n',
            "config.toml:2:15: feeds.a.redirect_to: must be an http or https address, got “ftp://x/y”; "
            "try “https://news.example”",
        ),
        (
            '[feeds.a]\ntags = "x"\n',
            'config.toml:2:8: feeds.a.tags: must be a list, such as ["one", "two"], got "x"',
        ),
        (
            "[items]\nsubfolder_tags = 7\n",
            "config.toml:2:18: items.subfolder_tags: must be true or false, got 7; try true",
        ),
        (
            '[feeds."Late News"]\n',
            "config.toml:1:1: feeds.Late News: must be a name of a-z, 0-9 and “-”, since it stands in "
            "addresses; try [feeds.late-news]",
        ),
        (
            '[sources.items]\nurl = "https://a.example/f"\n',
            "config.toml:1:1: sources.items: “items” is the name of your own folder; "
            "give this source another name",
        ),
        (
            '[site]\ntimezone = "Mars/Olympus"\n',
            "config.toml:2:12: site.timezone: must be a time zone's name, got “Mars/Olympus”; "
            "try “UTC” or “Europe/Berlin”",
        ),
        (
            '[limits]\nallow_networks = ["10.0.0.0/99"]\n',
            "config.toml:2:19: limits.allow_networks.0: must hold addresses or networks, got “10.0.0.0/99”; "
            "try “10.0.0.0/8” or “127.0.0.1”",
        ),
    ],
)
def test_each_kind_of_mistake_has_its_sentence(tmp_path: Path, text: str, problem: str) -> None:
    assert complaints(tmp_path, text) == [problem]


@pytest.mark.parametrize(
    ("text", "place"),
    [("[site]\ntitle = News\n", "config.toml:2:9"), ("[site]\nauthor = [\n", "config.toml:2:11")],
)
def test_a_syntax_error_has_line_and_column(tmp_path: Path, text: str, place: str) -> None:
    (problem,) = complaints(tmp_path, text)
    assert problem.startswith(f"{place}: ")


def test_a_file_that_is_named_but_not_there_is_an_error(tmp_path: Path) -> None:
    for arguments in ((tmp_path / "no.toml", {}), (None, {"FEEDSVC_CONFIG": str(tmp_path / "no.toml")})):
        with pytest.raises(Misconfigured, match=r"cannot be read: no such file"):
            config.load(*arguments)


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b'[site]\ntitle = "\xff"\n')
    with pytest.raises(Misconfigured, match="not UTF-8"):
        config.load(file, {})


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[server]\nport = 1000\n[feeds.late-news]\nlimit = 5\n")
    environ = {
        "FEEDSVC_SERVER__PORT": "2000",
        "FEEDSVC_FEEDS__LATE_NEWS__LIMIT": "7",
        "FEEDSVC_FEEDS__LATE_NEWS__TAGS": "storm, sea",
        "FEEDSVC_LIMITS__ALLOW_NETWORKS": '["127.0.0.1", "10.0.0.0/8"]',
        "FEEDSVC_SOURCES__AGENCY__URL": "https://agency.example/feed.xml",
        "FEEDSVC_ITEMS__SUBFOLDER_TAGS": "false",
        "FEEDSVC_CONFIG": "ignored where a path is given",
        "HOME": "/root",
    }
    settings = config.load(file, environ)
    assert settings.server.port == 2000
    assert settings.site.url == "http://127.0.0.1:2000"
    assert settings.feeds["late-news"].limit == 7
    assert settings.feeds["late-news"].tags == ("storm", "sea")
    assert settings.limits.allow_networks == ("127.0.0.1/32", "10.0.0.0/8")
    assert settings.sources["agency"].url == "https://agency.example/feed.xml"
    assert settings.items.subfolder_tags is False


def test_a_wrong_variable_is_named_with_the_nearest_right_one(tmp_path: Path) -> None:
    problems = complaints(tmp_path, "", FEEDSVC_SERVER__PROT="1", FEEDSVC_SERVER__WORKERS="many")
    assert problems == [
        "FEEDSVC_SERVER__PROT: there is no such option; did you mean FEEDSVC_SERVER__PORT?",
        'FEEDSVC_SERVER__WORKERS: server.workers: must be a whole number, got "many"; try 2',
    ]


def test_a_secret_comes_from_its_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("postgresql://news:hush@db/news\n", encoding="utf-8")
    file = written(tmp_path, '[database]\nurl_file = "secret"\n')
    settings = config.load(file, {})
    assert settings.database.url == "postgresql://news:hush@db/news"
    assert settings.database_path is None
    assert "hush" not in repr(settings)
    environ = {"FEEDSVC_DATABASE__URL": "postgresql://news:hush@db/news"}
    assert not any("hush" in shown.value for shown in config.show(file, environ))


def test_a_secret_file_that_is_missing_is_a_complaint_at_its_line(tmp_path: Path) -> None:
    (problem,) = complaints(tmp_path, '[database]\nurl_file = "secret"\n')
    assert problem.startswith("config.toml:2:12: database.url_file: “secret” cannot be read")


def test_a_secret_file_that_names_no_database_of_ours_is_a_complaint_without_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mysql://news:hush@db/news", encoding="utf-8")
    (problem,) = complaints(tmp_path, '[database]\nurl_file = "secret"\n')
    assert "must begin with “sqlite:///” or “postgresql://”" in problem
    assert "hush" not in problem


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[items]\npath = "~nobody-of-that-name/items"\n', "config.toml:2:8: items.path: "),
        ('[database]\nurl = "sqlite:///~nobody-of-that-name/x.db"\n', "config.toml:2:7: database.url: "),
        ('[database]\nurl_file = "~nobody-of-that-name/x"\n', "config.toml:2:12: database.url_file: "),
        ('[database]\nurl = "postgresql://["\n', "config.toml:2:7: database.url: cannot be under"),
        (
            '[database]\nurl = "postgresql://db:port/x"\n',
            "config.toml:2:7: database.url: cannot be under",
        ),
        ('[site]\nrights = "a\\u0000b"\n', "config.toml:2:10: site.rights: must not hold control characters"),
        ('[feeds.all]\ntags = ["a", "\\uffff"]\n', "config.toml:2:8: feeds.all.tags: must not hold control"),
        ('[""]\n', "config.toml:1:1: there is no such section"),
    ],
)
def test_values_that_would_fail_later_are_complaints_now(tmp_path: Path, text: str, place: str) -> None:
    (problem,) = complaints(tmp_path, text)
    assert problem.startswith(place)
    with pytest.raises(Misconfigured) as caught:
        config.load(tmp_path / "config.toml", {})
    assert "^" in str(caught.value)


def test_a_variable_that_is_not_utf8_is_a_complaint(tmp_path: Path) -> None:
    assert complaints(tmp_path, "", FEEDSVC_SITE__TITLE="\udcff") == [
        "FEEDSVC_SITE__TITLE: is not UTF-8; write it as UTF-8"
    ]


@pytest.mark.parametrize("name", ["what?.db", "50 %.db", "a#b&c.db"])
def test_the_name_of_a_database_file_may_hold_any_character(tmp_path: Path, name: str) -> None:
    settings = config.load(written(tmp_path, f'[database]\nurl = "sqlite:///{name}"\n'), {})
    assert settings.database_path == tmp_path / name
    assert settings.database.url == f"sqlite:///{tmp_path}/{name}"


def test_a_password_in_a_wrong_url_is_not_repeated(tmp_path: Path) -> None:
    problems = complaints(tmp_path, '[database]\nurl = "mysql://news:hush@db/news"\n')
    assert "hush" not in "".join(problems)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8484"),
        ("::1", "http://[::1]:8484"),
        ("news.lan", "http://news.lan:8484"),
    ],
)
def test_the_address_of_the_site_follows_the_server(tmp_path: Path, host: str, url: str) -> None:
    assert config.load(written(tmp_path, f'[server]\nhost = "{host}"\n'), {}).site.url == url


def test_a_source_is_fetched_as_often_as_the_schedule_says_unless_it_says_otherwise(tmp_path: Path) -> None:
    text = """
[schedule]
refresh_every = "2h"
[sources.a]
url = "https://a.example/"
[sources.b]
url = "https://b.example/"
every = "90s"
"""
    settings = config.load(written(tmp_path, text), {})
    assert settings.sources["a"].every == timedelta(hours=2)
    assert settings.sources["b"].every == timedelta(seconds=90)
    assert settings.sources["a"].url == "https://a.example/"


def test_a_child_process_loads_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = config.load(written(tmp_path, '[log]\nlevel = "error"\n'), {})
    environ = config.child_environment(settings)
    monkeypatch.chdir(tmp_path.parent)
    assert config.load(None, {k: v for k, v in environ.items() if k.startswith("FEEDSVC_")}) == settings


def test_show_says_where_each_value_comes_from(tmp_path: Path) -> None:
    file = written(tmp_path, "[server]\nport = 1000\n[feeds.world]\nttl = 9\n")
    shown = {each.option: each for each in config.show(file, {"FEEDSVC_SERVER__HOST": "::"})}
    assert shown["server.port"].origin == f"{file}:2"
    assert shown["server.host"].origin == "FEEDSVC_SERVER__HOST"
    assert (shown["schedule.refresh_every"].value, shown["schedule.refresh_every"].origin) == (
        '"30m"',
        "default",
    )
    assert shown["feeds.world.ttl"].value == "9"


def test_show_tells_what_is_used_and_what_that_was_made_from(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("postgresql://news:hu:sh@db/news?password=hush\n", encoding="utf-8")
    text = """
[server]
port = 1000
[database]
url_file = "secret"
[sources.a]
url = "https://a.example/"
[schedule]
refresh_every = "2h"
"""
    shown = {each.option: (each.value, each.origin) for each in config.show(written(tmp_path, text), {})}
    assert shown["site.url"] == ('"http://127.0.0.1:1000"', "server.host, server.port")
    assert shown["sources.a.every"] == ('"2h"', "schedule.refresh_every")
    assert shown["database.url"] == ('"postgresql://news:***@db/news?password=***"', "database.url_file")
    assert shown["items.path"] == (f'"{tmp_path}/items"', "default")


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("2 h", 7200), ("1D", 86400)])
def test_a_duration_is_a_number_with_a_unit(text: str, seconds: int) -> None:
    assert config.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "0s", "5", "-5m", "1w", "9999999d", "1.5h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a number with its unit"):
        config.duration(text)
