"""The wire: the one door through which feedsvc asks other machines, and the rules for addresses."""

from feedsvc.net.fetch import Client, Fetched, Limits
from feedsvc.net.media import TYPES as MEDIA_TYPES
from feedsvc.net.media import media_type
from feedsvc.net.urls import absolute, canonical

__all__ = ["MEDIA_TYPES", "Client", "Fetched", "Limits", "absolute", "canonical", "media_type"]
