"""Answer polls at the public address by one thread, and pass every other connection on to the web server.

client ─ Door (epoll) ─▶ a poll of a document in memory ─▶ its bytes
              └─ any other head ─▶ tunnel ─▶ the web server on the loopback ─▶ Front, Flask
"""

from feedsvc.web.door.door import Door, listen, open_door
from feedsvc.web.door.peers import Peers, is_possible

__all__ = ["Door", "Peers", "is_possible", "listen", "open_door"]
