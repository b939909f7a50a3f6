"""What most people build: a consumer that joins a group, as the Channels tutorial does."""

import os
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.tutorial_settings")
django = get_asgi_application()


class StockConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add("stock", self.channel_name)
        await self.accept()
        await self.send(text_data='{"type":"welcome"}')

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard("stock", self.channel_name)

    async def stock_message(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


route: Any = path("ws/live/", StockConsumer.as_asgi())  # type: ignore[arg-type]
application = ProtocolTypeRouter(
    {
        "http": django,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([route]))),
    }
)
