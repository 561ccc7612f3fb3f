"""Make items to measure with, a database of either kind, and fill it with as many items as it takes."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from feedsvc.model import Article, Item, Person, State
from feedsvc.store import Store, tallies, terms_of, words_of
from feedsvc.store.rows import row_of
from feedsvc.store.times import to_ms, to_ms_or_none
from tests import postgres

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATTERNS = 1000
"""Different articles: items repeat them, with an identity and a time of their own."""

TAG, AUTHOR, SOURCE, LANGUAGE, WORD = "storm", "Author 7", "agency-3", "de", "harbour"
"""What to ask for: each holds between a twentieth and a third of all items."""

RARE = "lighthouse"
"""The tag, and the word, of about as many items in every stock: FEW, spread over all of it."""

FEW = 64
"""How many items are RARE; and how many, however many there are, wait for their time."""

DIALECTS = ("sqlite", "postgresql")
_LOAD = 5000


def item(number: int, paragraphs: int = 7) -> Item:
    """Return an item of about half a kilobyte a paragraph; a higher number is older."""
    dice = random.Random(number)  # noqa: S311 - the same number, the same item
    text = [" ".join(dice.choices(_WORDS, k=60 if paragraphs > 1 else 30)) for _ in range(paragraphs)]
    tags = [f"topic {number % 1000}", *([TAG] if number % 10 == 0 else []), *dice.sample(_TOPICS, 2)]
    words = [WORD] if number % 10 == 1 else []
    article = Article(
        title=" ".join([*dice.choices(_WORDS, k=7), *words]).capitalize(),
        content="".join(f"<p>{paragraph.capitalize()}.</p>" for paragraph in text),
        summary=" ".join(dice.choices(_WORDS, k=20)),
        authors=(Person(f"Author {number % 15}"),),
        tags=tuple(tags),
        language=("en-GB", "en-GB", "de", "fr")[number % 4],
        expires=NOW + dice.randint(-5000, 500_000) * MINUTE if dice.random() < 0.02 else None,
    )
    return stamped(article, number)


def stamped(article: Article, number: int) -> Item:
    """Return an article as an item with identity and time of that number."""
    state: State = "withdrawn" if number % 16 == 11 else "draft" if number % 16 == 13 else "published"
    published = NOW - number * MINUTE
    return Item(
        id=f"urn:uuid:00000000-0000-5000-8000-{number:012}",
        source=f"agency-{number % 20}",
        guid=f"https://agency.example/{number}",
        slug=f"item-{number}",
        article=article,
        published=published,
        updated=published,
        first_seen=published,
        hash=f"{number:064}",
        state=state,
        withdrawn_at=published + MINUTE if state == "withdrawn" else None,
        seq=number // 100,
    )


@contextmanager
def databases(
    *, durable: bool = True, dialects: Sequence[str] = DIALECTS, server: postgres.Server | None = None
) -> Iterator[Room]:
    """Run what the databases need until the end of the block: a folder, and PostgreSQL unless it is given."""
    with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as name:
        folder = Path(name)
        if server is not None or "postgresql" not in dialects:
            room = Room(folder, server)
            yield room
            room.clear()
            return
        own = postgres.make(folder / "server", shared_buffers="256MB", **({} if durable else postgres.FAST))
        own.start()
        try:
            yield Room(folder, own)
        finally:
            own.stop()


class Room:
    """A place for databases of either kind."""

    def __init__(self, folder: Path, server: postgres.Server | None) -> None:
        self.folder = folder
        self._server = server
        self._made: list[str] = []

    def url(self, dialect: str) -> str:
        """Return the URL of a new, empty database."""
        if dialect == "sqlite":
            url = f"sqlite:///{self.folder}/{len(self._made)}/feedsvc.db"
        else:
            url = self._running.database()
        self._made.append(url)
        return url

    def clear(self) -> None:
        """Remove what was made on a server that goes on."""
        for url in self._made:
            if url.startswith("postgresql"):
                self._running.drop(url)

    def store(self, dialect: str) -> Store:
        """Return a new store with its tables."""
        made = Store(self.url(dialect), clock=lambda: NOW, patience=120)
        made.upgrade()
        return made

    @property
    def server_pid(self) -> int:
        """Return the process that all of PostgreSQL's are below."""
        return int((self._running.folder / "data" / "postmaster.pid").read_text().split()[0])

    @property
    def _running(self) -> postgres.Server:
        if self._server is None:
            raise RuntimeError("no PostgreSQL was asked for")
        return self._server


def fill(store: Store, count: int) -> None:
    """Write that many items straight into the tables, as the driver can do it fastest.

    Their articles are short (600 bytes) and repeat, so that a million of them take a minute or two.
    """
    patterns = [item(number, paragraphs=1) for number in range(min(PATTERNS, count))]
    articles = [row_of(each)["article"] for each in patterns]
    words = [" ".join(words_of(each.article)) for each in patterns]
    columns = list(row_of(patterns[0]))
    if store.dialect == "postgresql":
        with store.write() as tx:
            tx.raw.execute("DROP INDEX search_words")
    tally: Counter[tallies.Term] = Counter()
    for start in range(0, count, _LOAD):
        rows: dict[str, list[tuple[object, ...]]] = {"item": [], "item_term": [], "search": []}
        for number in range(start, min(start + _LOAD, count)):
            like = number % len(patterns)
            made, is_rare = placed(stamped(patterns[like].article, number), number, count)
            rows["item"].append(tuple(row_of_made(made, articles[like], columns)))
            rows["item_term"] += terms(made)
            tally.update(
                tallies.term(kind, made.state, value, label) for kind, value, label in terms_of(made)
            )
            rows["search"].append((made.pk, f"{words[like]} {RARE}" if is_rare else words[like]))
        load(store, columns, rows)
    with store.write() as tx:
        tallies.shift(tx.connection, Counter(), tally)
    settle(store)


def placed(made: Item, number: int, count: int) -> tuple[Item, bool]:
    """Return an item with its place among all of them: a few wait for their time, a few others are rare."""
    made = replace(made, pk=number + 1)
    if number < 4 * FEW and number % 4 == 2:
        later = NOW + (number + 1) * MINUTE
        return replace(made, published=later, updated=later), False
    if number % max(1, count // FEW) == 0:
        return replace(made, article=replace(made.article, tags=(*made.article.tags, RARE))), True
    return made, False


def row_of_made(made: Item, article: object, columns: Sequence[str]) -> Iterator[object]:
    """Yield the columns of an item whose article is encoded already."""
    row = row_of(replace(made, article=replace(_EMPTY, expires=made.article.expires)))
    row |= {"article": article, "title": made.article.title, "language": made.article.language}
    return (row[name] for name in columns)


def terms(made: Item) -> Iterator[tuple[object, ...]]:
    """Yield the rows of an item's terms."""
    at = to_ms(made.withdrawn_at or made.published)
    expires = to_ms_or_none(made.article.expires)
    for kind, value, label in terms_of(made):
        yield kind, value, made.state, at, made.pk, expires, label


def load(store: Store, columns: Sequence[str], rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Write rows as the driver can do it fastest, in one transaction."""
    names = {
        "item": ", ".join(columns),
        "item_term": "kind, value, state, at, item_pk, expires, label",
        "search": "rowid, words" if store.dialect == "sqlite" else "item_pk, words",
    }
    with store.write() as tx:
        for table, named in names.items():
            if store.dialect == "sqlite":
                places = ", ".join("?" * len(rows[table][0]))
                tx.raw.executemany(f"INSERT INTO {table} ({named}) VALUES ({places})", rows[table])  # noqa: S608
                continue
            with tx.raw.cursor() as cursor, cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows[table]:
                    copy.write_row(row)


def settle(store: Store) -> None:
    """Bring PostgreSQL to where its autovacuum would bring it a minute later, and the counters past ours."""
    with store.write() as tx:
        tx.raw.execute("UPDATE clock SET seq = seq + (SELECT max(seq) FROM item)")
    if store.dialect == "postgresql":
        with store.write() as tx:
            tx.raw.execute("SET LOCAL statement_timeout = 0")
            tx.raw.execute("SELECT setval(pg_get_serial_sequence('item', 'pk'), (SELECT max(pk) FROM item))")
            tx.raw.execute("CREATE INDEX search_words ON search USING gin (words)")
        with psycopg.connect(store.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


_EMPTY = Article(title="")
_SYLLABLES = ("ka", "lo", "mi", "ner", "tus", "vel", "rod", "sa", "pim", "gar", "est", "und")
_WORDS = tuple(
    sorted({a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in ("", "n", "s", *_SYLLABLES)})
)
_TOPICS = tuple(f"subject {number}" for number in range(300))
