"""The ASGI application: static files, then the socket and the pages."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_asgi_application()

# Both need the applications that the line above has loaded.
from config.static import serve_static  # noqa: E402
from realtime.routing import websocket  # noqa: E402

application = ProtocolTypeRouter({"http": serve_static(django), "websocket": websocket})
