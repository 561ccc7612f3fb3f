"""Whatever stands in config.toml and the environment: settings, or complaints that can be read."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc import config
from feedsvc.config import SECTIONS, Misconfigured

SHIPPED = (Path(__file__).parent.parent.parent / "config.toml").read_text(encoding="utf-8")
VALUES = (
    '""', "0", "-1", "1e400", "nan", "true", "[]", "{}", '[["a"]]', '["a", 1]', "{a = 1}", "1979-05-27",
    '"\\u0000"', '"~nobody/x"', '"http://["', '"postgresql://["', '"sqlite:///"', '"0s"', '"999999d"', '"٣m"',
    '"../.."', '"en-"', '"10.0.0.0/33"', '["::1"]', "'''\nx'''", "9" * 30, '"' + "a" * 3000 + '"',
)  # fmt: skip
KEYS = sorted(
    {option for section in SECTIONS.values() for option in section.model_fields} | {"x", '""', "a.b"}
)
TABLES = (*SECTIONS, "sources.a", "feeds.all", "feeds.A_b", 'feeds."x y"', "sources.items", "feeds.a.b", '""')
VARIABLES = sorted(
    {
        f"FEEDSVC_{name}__{option}".upper()
        for name, section in SECTIONS.items()
        for option in section.model_fields
    }
    | {
        "FEEDSVC_FEEDS__ALL__LIMIT",
        "FEEDSVC_SOURCES__A__URL",
        "FEEDSVC_",
        "FEEDSVC_X__",
        "FEEDSVC_FEEDS____TTL",
    }
)

lines = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(KEYS), st.sampled_from(VALUES)),
    st.builds("[{}]".format, st.sampled_from(TABLES)),
    st.builds("[[{}]]".format, st.sampled_from(TABLES)),
    st.text(max_size=12),
)
changes = st.lists(st.tuples(st.integers(0, SHIPPED.count("\n")), lines), max_size=4)
small = st.lists(lines, max_size=4).map("\n".join)
texts = st.one_of(small, changes.map(lambda made: mended(SHIPPED, made)))
variables = st.dictionaries(
    st.sampled_from(VARIABLES),
    st.sampled_from(("", "1", "a,b", '["a"', "[1]", "~x/y", "\udcff", "\x1f")),
    max_size=2,
)


def mended(text: str, made: list[tuple[int, str]]) -> str:
    rows = text.split("\n")
    for at, line in made:
        rows.insert(at, line)
    return "\n".join(rows)


@given(texts, variables)
@settings(max_examples=300, deadline=None)
def test_every_configuration_gives_settings_or_complaints(text: str, environ: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "config.toml")
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            found = config.load(file, environ)
        except Misconfigured as error:
            assert error.complaints
            assert all(complaint.message and complaint.width > 0 for complaint in error.complaints)
            assert all(str(complaint) in str(error) for complaint in error.complaints)
        else:
            assert config.feeds(found)
            assert config.site(found).url.startswith("http")
            assert config.show(file, environ)
