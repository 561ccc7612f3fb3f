"""feedsvc's Flask application without what stands in front of it, for granian."""

from __future__ import annotations

from feedsvc import config, logs
from feedsvc.service import open_service
from feedsvc.web import Front, create_app

_settings = config.load(None, config.environment())
logs.configure(_settings.log.level, _settings.log.format)
_service = open_service(_settings)
app = create_app(_service)
Front(_service, app).start()
