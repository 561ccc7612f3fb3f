"""Measure what share of a processor core the schedule of ten thousand sources takes.

    .venv/bin/python -m bench.schedule

Every source is due once in thirty minutes: five or six a second. The clock is turned by a second at a
time, and the two databases take turns. Counted is the processor time, the database server's included, of

    tick     what the worker's tick does each second: look what is due, claim it, enqueue its refresh,
             commit; on PostgreSQL also give back what dead workers were doing
    noting   what each refresh that was enqueued does for the schedule when it ends: its next time, one
             statement more in the transaction that takes in what the source answered

and the share of a core is both of a second. Beside it stands what is not scheduling but comes with every
job whatever it does: a worker's taking it, calling its task (an empty one here) and noting its end.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from collections.abc import Sequence
from datetime import timedelta

from bench import stock
from bench.machine import Stopwatch, describe
from feedsvc import config
from feedsvc.service import Service, open_service, prepare
from feedsvc.store import schedule, sources
from feedsvc.work import tasks
from feedsvc.work.worker import tick
from tests.desk import Clock
from tests.postgres import Server

EVERY = timedelta(minutes=30)
SOURCE = '[sources.s{number}]\nurl = "https://agency-{number}.example/feed"\nevery = "30m"\n'
ENQUEUED = "SELECT queueing_lock FROM procrastinate_jobs WHERE task_name = 'refresh'"


def main(arguments: Sequence[str] | None = None, server: Server | None = None) -> None:
    """Run the ticks and print the shares."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--sources", type=int, default=10_000)
    options.add_argument("--ticks", type=int, default=300)
    chosen = options.parse_args(arguments)
    sources, ticks, jobs = (20, 3, 5) if chosen.quick else (chosen.sources, chosen.ticks, 300)
    print(f"{describe()}\n{sources:,} sources, each due once in 30 minutes; {ticks} ticks of a second\n")
    with stock.databases(server=server) as room:
        desks = {dialect: Desk(room, dialect, sources) for dialect in stock.DIALECTS}
        for _ in range(ticks):
            for desk in desks.values():
                desk.tick()
        print("milliseconds of processor time       tick                     noting   share of   a job's")
        print("              start   jobs a tick    median    mean     p99     mean     a core    machinery")
        for dialect, desk in desks.items():
            report(dialect, desk, jobs)
            desk.service.close()


def report(dialect: str, desk: Desk, jobs: int) -> None:
    """Print the row of one database."""
    ticks = sorted(desk.ticks)
    tick_mean, noting_mean = statistics.fmean(ticks), statistics.fmean(desk.noting)
    p99 = ticks[round(len(ticks) * 0.99) - 1]
    print(
        f"{dialect:<10}{desk.started * 1000:>9.0f}{desk.jobs / len(ticks):>14.2f}"
        f"{statistics.median(ticks):>10.2f}{tick_mean:>8.2f}{p99:>8.2f}{noting_mean:>9.2f}"
        f"{(tick_mean + noting_mean) / 10:>9.2f} %{desk.machinery(jobs):>11.2f}"
    )


class Desk:
    """A service with many sources on one database, and what its schedule costs."""

    def __init__(self, room: stock.Room, dialect: str, sources: int) -> None:
        self.clock = Clock()
        self._watch = Stopwatch(room.server_pid if dialect == "postgresql" else None)
        self.service = _service(room, dialect, sources, self.clock)
        self._watch.start()
        tasks.arrange(self.service, self.clock())
        self.started = self._watch.stop()[1]
        self._spread(sources)
        self.ticks: list[float] = []
        self.noting: list[float] = []
        self.jobs = 0

    def tick(self) -> None:
        """Let a second pass, and do what the worker does then, and what the schedule hears of it."""
        self.clock.turn(seconds=1)
        self._watch.start()
        tick(self.service)
        self.ticks.append(self._watch.stop()[1] * 1000)
        names = self._taken()
        self.jobs += len(names)
        due = self.clock() + EVERY
        spent = 0.0
        for name in names:
            with self.service.store.write() as tx:
                # As there: the transaction is under way.
                sources.state(tx.connection, name.removeprefix(schedule.SOURCE))
                self._watch.start()
                schedule.put_off(tx.connection, name, due)
                spent += self._watch.stop()[1] * 1000
        self.noting.append(spent)

    def machinery(self, count: int) -> float:
        """Return the milliseconds that a job takes which does nothing."""
        queue = self.service.queue
        done: list[str] = []
        queue.app.task(name=tasks.REFRESH)(lambda source: done.append(source))
        with self.service.store.write() as tx:
            for number in range(count):
                queue.defer(tx.raw, tasks.REFRESH, lock=f"{number}", source=f"s{number}")
        self._watch.start()
        asyncio.run(queue.run_worker(concurrency=4, wait=False, install_signal_handlers=False))
        spent = self._watch.stop()[1]
        if len(done) < count:
            raise SystemExit(f"only {len(done)} of {count} jobs were done")
        return spent * 1000 / count

    def _taken(self) -> list[str]:
        """Take away the jobs, uncounted, as workers would; return their sources' names in the schedule."""
        with self.service.store.write() as tx:
            names = [name for (name,) in tx.raw.execute(ENQUEUED).fetchall()]
            tx.raw.execute("DELETE FROM procrastinate_jobs")
        return names

    def _spread(self, sources: int) -> None:
        """Bring the sources to where they are after an hour: due at different times."""
        due = {
            schedule.of_source(f"s{number}"): (EVERY, self.clock() + EVERY * number / sources)
            for number in range(sources)
        }
        with self.service.store.write() as tx:
            schedule.put_all(tx.connection, due)
            schedule.keep(tx.connection, due)


def _service(room: stock.Room, dialect: str, sources: int, clock: Clock) -> Service:
    place = room.folder / f"desk-{dialect}"
    (place / "items").mkdir(parents=True)
    path = place / "config.toml"
    path.write_text("".join(SOURCE.format(number=number) for number in range(sources)), encoding="utf-8")
    settings = config.load(path, {"FEEDSVC_DATABASE__URL": room.url(dialect)})
    prepare(settings, clock)
    return open_service(settings, clock)


if __name__ == "__main__":
    main()
