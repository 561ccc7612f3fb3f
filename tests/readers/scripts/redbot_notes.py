"""Ask REDbot about addresses, and print what it notes of each: its status, and level, name, text of notes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from configparser import ConfigParser

import thor
from httplint.note import Note
from redbot.resource import HttpResource


def check(addresses: list[str]) -> dict[str, dict[str, object]]:
    config = ConfigParser()
    config.read_dict({"redbot": {"enable_local_access": "True"}})
    said: dict[str, dict[str, object]] = {}
    waiting = set(addresses)
    resources = []
    for address in addresses:
        resource = HttpResource(config["redbot"])
        resource.set_request(address)

        def done(address: str = address, resource: HttpResource = resource) -> None:
            said[address] = notes_of(resource)
            waiting.discard(address)
            if not waiting:
                thor.stop()

        resource.on("check_done", done)
        resources.append(resource)
        resource.check()
    thor.run()
    return said


def notes_of(resource: HttpResource) -> dict[str, object]:
    return {"status": resource.response.status_code, "notes": list(told(resource.response.notes))}


def told(notes: Iterable[Note]) -> Iterator[list[str]]:
    for note in notes:
        yield [note.level.name, type(note).__name__, note.summary]
        yield from told(note.subnotes)


if __name__ == "__main__":
    json.dump(check(sys.argv[1:]), sys.stdout)
