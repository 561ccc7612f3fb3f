"""Describe the machine, and read the processor time of a tree of processes."""

from __future__ import annotations

import os
import platform
import re
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def describe() -> str:
    """Return one line on processor, cores, memory and system."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    gigabytes = int(memory[1]) // 1024 // 1024 if memory else 0
    name = model[1] if model else platform.machine()
    return f"{name}, {os.cpu_count()} cores, {gigabytes} GiB, Python {platform.python_version()}"


def tree(pid: int) -> list[int]:
    """Return a process and everything below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(each for child in below for each in tree(int(child)))]


def cpu_seconds(pids: list[int]) -> float:
    """Return the user and system time that these processes have used so far."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def pss(pid: int) -> int:
    """Return the bytes that a process holds; of what it shares, its part (proportional set size)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s*(\d+) kB", rollup, re.M)[1]) * 1024  # type: ignore[index]


def nanoseconds(pid: int) -> int:
    """Return the processor time that the first thread of a process has used so far, finely; 0 if it ended."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    except OSError:
        return 0


def reaped(pid: int) -> int:
    """Return the nanoseconds of processor time of the children of a process that have ended; coarse."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) * (1_000_000_000 // TICK)


class Stopwatch:
    """Take the time of a piece of work: by the clock, and that of the processor, a server's included."""

    def __init__(self, server: int | None = None) -> None:
        self._server = server
        self._begun = (0, 0, 0.0)

    def start(self) -> None:
        """Begin to count."""
        # Looking at the server's processes takes time of ours: it stays outside.
        self._begun = (self._of_server(), time.process_time_ns(), time.perf_counter())

    def stop(self) -> tuple[float, float]:
        """Return the seconds since the start, and the seconds of processor time."""
        elapsed, spent = time.perf_counter(), time.process_time_ns()
        server, ours, begun = self._begun
        return elapsed - begun, (spent - ours + self._of_server() - server) / 1e9

    def _of_server(self) -> int:
        if not self._server:
            return 0
        return reaped(self._server) + sum(nanoseconds(pid) for pid in tree(self._server))
