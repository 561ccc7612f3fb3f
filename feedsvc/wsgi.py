"""The WSGI application `feedsvc.wsgi:app`, for granian, gunicorn or any other server.

Each web process makes its own, as soon as the database answers. It ends when the server's main process
ends, however that died.
"""

from __future__ import annotations

import multiprocessing
import os

from feedsvc import config, logs
from feedsvc.process import end_with_parent
from feedsvc.service import wait_for_service
from feedsvc.web import Front, create_app

_main = multiprocessing.parent_process()
end_with_parent(_main.pid if _main and _main.pid else os.getppid())
_settings = config.load(None, config.environment())
logs.configure(_settings.log.level, _settings.log.format)
# Somebody waits for an answer meanwhile, and a thread with them.
_service = wait_for_service(_settings, patience=2.0)
app = Front(_service, create_app(_service))
app.start()
