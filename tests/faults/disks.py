"""Small disks for tests, in a mount namespace of their own: filled, emptied, made read-only, taken away."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.proxying import part

PIECE = 1 << 16
TMPFS = 'mount -t tmpfs -o "size=$2,nr_inodes=$3,mode=0755" tmpfs "$1"'
EXT4 = 'truncate -s "$2" "$1.img" && mkfs.ext4 -q -F -N "$3" -m 0 "$1.img" && mount -o loop "$1.img" "$1"'


@dataclass
class Disk:
    """A disk that only the processes which are started `under` it see at its place."""

    place: Path
    holder: int

    @property
    def under(self) -> list[str]:
        """What to put before a command, for it to see this disk."""
        return ["nsenter", f"--mount=/proc/{self.holder}/ns/mnt", f"--wd={Path.cwd()}"]

    @property
    def seen(self) -> Path:
        """Where this process finds what is on the disk."""
        return Path(f"/proc/{self.holder}/root{self.place}")

    def fill(self, leave: int = 0) -> None:
        """Take all the room that is there, but so many bytes."""
        with (self.seen / "filler").open("ab", buffering=0) as filler, suppress(OSError):
            while True:
                room = os.statvfs(self.seen)
                free = room.f_bavail * room.f_frsize - leave
                if free <= 0:
                    return
                filler.write(b"x" * min(PIECE, free))

    def fill_inodes(self) -> None:
        """Make empty files until no other can be made."""
        (self.seen / "fillers").mkdir(exist_ok=True)
        with suppress(OSError):
            for number in range(1_000_000):
                (self.seen / "fillers" / str(number)).touch(exist_ok=False)

    def empty(self) -> None:
        """Give the room back."""
        (self.seen / "filler").unlink(missing_ok=True)
        for filler in (self.seen / "fillers").glob("*"):
            filler.unlink()

    def mount(self, *words: str) -> None:
        """Run mount on the disk."""
        subprocess.run([*self.under, "mount", *words, str(self.place)], check=True, capture_output=True)


@contextmanager
def disk(place: Path, size: str = "64M", *, inodes: int = 0, kind: str = TMPFS) -> Iterator[Disk]:
    """Mount a small disk until the end of the block, or skip the test where that is not allowed."""
    place.mkdir(parents=True, exist_ok=True)
    part("nsenter")
    script = f"{kind} || exit 77; echo mounted; exec sleep 100000"
    words = ["-m", "--propagation=private", "sh", "-c", script, "sh", str(place), size, str(inodes or 1024)]
    holder = subprocess.Popen(
        [part("unshare"), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stderr
    try:
        if holder.stdout.readline() != "mounted\n":
            reason = f"this needs the right to mount a disk: {holder.stderr.read().strip()}"
            pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
        yield Disk(place, holder.pid)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
        holder.stderr.close()
