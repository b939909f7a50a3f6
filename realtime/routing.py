from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from realtime.consumers import live
from realtime.wire import hand_on_the_wire

# Django's path() takes any callable, its types only views.
route: Any = path("ws/live/", live)  # type: ignore[arg-type]
websocket = hand_on_the_wire(AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([route]))))
