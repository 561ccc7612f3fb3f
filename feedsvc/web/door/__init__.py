"""Answer polls at the public address by one thread, and pass every other connection on to the web server.

client ─ Door (epoll) ─▶ a poll of a document in memory ─▶ its bytes
              └─ any other head ─▶ tunnel ─▶ the web server on the loopback ─▶ Front, Flask
"""

from feedsvc.web.door.opening import open_door
from feedsvc.web.door.peers import is_possible

__all__ = ["is_possible", "open_door"]
