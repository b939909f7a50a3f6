"""The ASGI application: what is measured outside, then static files, the socket and the pages."""

import logging
import os

import django
from django.core.handlers.asgi import ASGIHandler
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

# They need the settings and applications that the line above has loaded.
from config.garbage import look_seldom
from config.reach import missing_services
from config.settings import ENVIRONMENT
from config.static import serve_static
from config.turnstile import Turnstile
from monitoring import collecting, reporting
from monitoring.asgi import Handler, Measured
from realtime.routing import websocket

# All addresses, the API's schemas among them, take 0.3 s of a core to load, seconds on a busy one:
# before it listens, for the first row that is drawn would make every socket wait for that.
reverse("stock")

pages: ASGIHandler = Handler()
application = Measured(http=serve_static(Turnstile(pages)), websocket=websocket)
reporting.start("web")
collecting.start()
look_seldom()

# A service may come later than this process, which then serves: what is missing is only said.
for missing in missing_services(ENVIRONMENT):
    logging.getLogger(__name__).error("liveshelf: %s", missing)
