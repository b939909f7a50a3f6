from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from realtime.consumers import live

websocket = AllowedHostsOriginValidator(
    AuthMiddlewareStack(URLRouter([path("ws/live/", live)]))  # type: ignore[arg-type]
)
