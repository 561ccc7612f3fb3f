"""Say how an installation is: facts for operators, and what a person should do about them.

    service ─ read ─▶ Status ─ needs ─▶ what is wrong, and what to do

Nothing here acts. Web and terminal tell the same facts, each in its own way.
"""

from feedsvc.status.advice import Need, needs, planned, spoken
from feedsvc.status.facts import Content, Database, Disk, Jobs, Source, Status, Work
from feedsvc.status.reading import disk, read, without_database, work

__all__ = [
    "Content",
    "Database",
    "Disk",
    "Jobs",
    "Need",
    "Source",
    "Status",
    "Work",
    "disk",
    "needs",
    "planned",
    "read",
    "spoken",
    "without_database",
    "work",
]
