"""Ask the system what this process uses, as Prometheus' own clients do; nothing where there is no /proc."""

from __future__ import annotations

import math
import os
import resource
from pathlib import Path

from feedsvc.web.exposition import Labels, Metric

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def usage(labels: Labels) -> list[Metric]:
    """Return CPU time, memory, open files and start of this process, all with these labels."""
    try:
        # The second field, the command's name in brackets, may itself hold spaces and brackets.
        fields = (PROC / "self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        started = _booted() + int(fields[19]) / TICKS
        files = len(os.listdir(PROC / "self/fd"))  # noqa: PTH208 - names alone are counted
    except (OSError, ValueError, IndexError):
        return []
    cpu = (int(fields[11]) + int(fields[12])) / TICKS
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    resident = int(fields[21]) * resource.getpagesize()

    def one(name: str, help: str, value: float) -> Metric:  # noqa: A002 - the format's own word
        return Metric(name, help, ((labels, value),))

    return [
        Metric("process_cpu_seconds_total", "CPU time that this process took.", ((labels, cpu),), "counter"),
        one("process_resident_memory_bytes", "Memory that this process holds.", resident),
        one("process_virtual_memory_bytes", "Address space of this process.", int(fields[20])),
        one("process_start_time_seconds", "When this process started.", started),
        one("process_open_fds", "Files and sockets that this process has open.", files),
        one(
            "process_max_fds",
            "How many it may have open.",
            math.inf if most == resource.RLIM_INFINITY else most,
        ),
    ]


def _booted() -> int:
    lines = (PROC / "stat").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("btime "))
