"""Serve HTTP, and nothing else: feeds from memory, pages for people, health for operators.

request ─ Front (memory) ─▶ bytes
              └─ anything else ─▶ Flask ─ views ─▶ store, publish ─▶ bytes
"""

from feedsvc.web.app import create_app
from feedsvc.web.fast import Front

__all__ = ["Front", "create_app"]
