"""Every deliberate error, as a tree; each class says what happens next.

FeedsvcError                 anything raised on purpose; all else is a bug and is not caught
├── ConfigError              start-up stops with file, line, option, and what to write instead
├── RequestError             the asker can mend it
│   ├── Invalid              422   field and reason
│   ├── NotFound             404   kind and name
│   │   ├── Withdrawn        410   the item was taken back
│   │   ├── Expired          410   the item was public for a limited time
│   │   └── Ended            410   the feed is published no more
│   ├── Conflict             409   what stands in the way
│   └── Denied               403   what is missing
├── SourceError              one source failed: recorded with it, tried again later, the others go on
│   ├── FetchError           network, status, size, time, forbidden address
│   │   └── Gone             410: the source is switched off
│   └── ParseError           it came, but is not what it should be
├── ExportError              a folder cannot be written: what is there stays, the job tries again
├── DeliveryError            a subscriber did not take it: tried again, then given up
└── StoreError               the database: the request answers 503, the job tries again
    └── Misfit               it is of another version: a person upgrades it, or feedsvc
"""

from __future__ import annotations


class FeedsvcError(Exception):
    """Anything that feedsvc raises on purpose."""


class ConfigError(FeedsvcError):
    """The configuration cannot be used: start-up stops and prints every problem, one a line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class RequestError(FeedsvcError):
    """The asker can mend it: the answer says how."""


class Invalid(RequestError):
    """A value that was sent cannot be taken."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class NotFound(RequestError):
    """There is no such thing."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is no {kind} “{name}”")
        self.kind = kind
        self.name = name


class Withdrawn(NotFound):
    """The item was published once and has been taken back."""


class Expired(NotFound):
    """The item was public until a moment that its author named, and that is over."""


class Ended(NotFound):
    """The feed was published once and has ended for good."""


class Conflict(RequestError):
    """Something else stands in the way."""


class Denied(RequestError):
    """The asker may not do this."""


class SourceError(FeedsvcError):
    """One source failed: recorded with it and tried again later; every other source goes on."""


class FetchError(SourceError):
    """The network, a status, a limit or a forbidden address ended a fetch."""

    def __init__(self, reason: str, *, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after
        """Seconds that the server asked us to wait, where it did."""


class Gone(FetchError):
    """The source answered 410: it is switched off."""


class ParseError(SourceError):
    """It came, but it is not what it should be."""


class ExportError(FeedsvcError):
    """A folder that is exported to cannot be brought up to date: what is in it stays, the job tries again."""


class DeliveryError(FeedsvcError):
    """A subscriber did not take a delivery: tried again, then given up."""


class StoreError(FeedsvcError):
    """The database did not do it: a request answers 503, a job tries again."""


class Misfit(StoreError):
    """The database is of another version of feedsvc: what serves it does not start."""
