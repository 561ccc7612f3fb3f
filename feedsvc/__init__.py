"""The syndication desk of a news organisation: items in, good feeds out, on a schedule."""

__version__ = "0.1.0"
