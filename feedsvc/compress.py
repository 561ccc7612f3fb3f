"""Add to published documents the denser encoding that they went live without: nobody waits for it.

documents changed since the last run ─ brotli ─▶ store ─▶ every web process
"""

from __future__ import annotations

from feedsvc import formats
from feedsvc.store import Store, meta, rendered

SMALL = 1000
"""Bytes of a body that is worth it."""

AT_ONCE = 4
"""Documents in one transaction: their bodies are in memory, and whoever wants to write waits for it."""


def compress(store: Store) -> int:
    """Add brotli to every document that lacks it; return how many those were.

    Idempotent, and safe to be cut off anywhere. A document that changes meanwhile is left to the next run.
    """
    done = 0
    while True:
        with store.read() as connection:
            since = int(meta.get(connection, meta.COMPRESSED) or 0)
            changed = rendered.since(connection, since, AT_ONCE)
        if not changed:
            return done
        lacking = [each for each in changed if len(each.body) >= SMALL and not each.br]
        made = [(each, formats.brotlied(each.body)) for each in lacking]
        with store.write() as tx:
            for each, br in made:
                rendered.add_br(tx.connection, each.path, each.etag, br, formats.etag(br), tx.seq())
            meta.put(tx.connection, meta.COMPRESSED, str(changed[-1].seq))
        done += len(made)
