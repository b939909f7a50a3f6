"""The application that says what waits to be acknowledged; run by real servers.

`GET /unacked`: JSON, for each socket how many frames, and how many messages of ASGI came in all.
"""

import gc
import json
from typing import Any

from config.asgi import application as ours
from realtime.subscriber import Subscriber

messages = 0


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] != "/unacked":
        await ours(scope, _counting(receive), send)
        return
    found = [each for each in gc.get_objects() if isinstance(each, Subscriber)]
    body = json.dumps({"unacked": [len(each._unacked) for each in found], "messages": messages})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body.encode()})


def _counting(receive: Any) -> Any:
    async def counted() -> Any:
        global messages
        message = await receive()
        messages += message["type"] == "websocket.receive"
        return message

    return counted
