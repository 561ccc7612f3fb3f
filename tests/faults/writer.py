"""Write items from elsewhere, in a process of its own, and note what was acknowledged: `writer.py LEDGER`.

It goes the way of an upstream source's answer: ingest, store, queue. Each write leaves two lines in the
ledger, `try` before it and `ack` once the transaction has committed (`nak` where the database refused).
Whatever was acknowledged must stay. It writes while LEDGER.go is there, and waits while it is not.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedsvc import config, ingest
from feedsvc.errors import StoreError
from feedsvc.model import Arrival, Article
from feedsvc.service import Service, open_service
from feedsvc.sources import Refreshed

SOURCE = "wire"
NAMES = 30


def main(ledger: Path, pause: float, rounds: int) -> None:
    """Write until killed, or so many times."""
    service = open_service(config.load(None, config.environment()))
    number = len(ledger.read_text().splitlines()) if ledger.exists() else 0
    with ledger.open("a", encoding="utf-8") as notes:
        for _ in range(rounds) if rounds else iter(int, 1):
            while not rounds and not ledger.with_suffix(".go").exists():
                time.sleep(0.02)
            number += 1
            # The name comes from the number, and so do the words: a reader of the ledger knows both.
            guid = f"wire {random.randrange(NAMES)}"  # noqa: S311
            title = f"Edit {number} of {guid}"
            notes.write(json.dumps(["try", guid, title]) + "\n")
            notes.flush()
            kind = "ack" if wrote(service, guid, title) else "nak"
            notes.write(json.dumps([kind, guid, title]) + "\n")
            notes.flush()
            time.sleep(pause)
    service.close()


def wrote(service: Service, guid: str, title: str) -> bool:
    """Take one item in as an answer of an upstream; say whether the database took it."""
    now = datetime.now(UTC)
    arrival = Arrival(guid, Article(title, content=f"<p>{title}, said the agency.</p>"))
    answer = Refreshed("ok", (arrival,))
    try:
        ingest.refresh_upstream(
            service.store, service.queue, SOURCE, answer, now=now, next_at=now + timedelta(hours=1)
        )
    except StoreError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
