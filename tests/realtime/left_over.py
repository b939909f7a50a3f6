"""The application without a look for garbage, which says how much it still holds of a kind.

`GET /left-over?Name&Other`: JSON, how many objects of classes with these names there are.
"""

import gc
import json
from typing import Any

from config.asgi import application as ours

gc.collect()
gc.disable()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["path"] != "/left-over":
        await ours(scope, receive, send)
        return
    names = scope["query_string"].decode().split("&")
    held = [type(each).__name__ for each in gc.get_objects()]
    body = json.dumps({name: held.count(name) for name in names}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
