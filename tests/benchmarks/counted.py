"""Our application, with what its hub asks the database counted; `GET /counts/` says how much.

Only the hub asks over psycopg's asynchronous connections: pages and writers use Django's.
"""

import json
from collections import Counter
from typing import Any

from psycopg import AsyncCursor, sql

from config.asgi import application as ours
from realtime.changes import CHANGED
from realtime.rights import READ

counts: Counter[str] = Counter()
_execute = AsyncCursor.execute


async def _counted(self: AsyncCursor[Any], query: Any, *args: Any, **options: Any) -> Any:
    counts["statements"] += 1
    counts["readings"] += query == sql.SQL(CHANGED)
    counts["rights"] += query == READ
    return await _execute(self, query, *args, **options)


AsyncCursor.execute = _counted  # type: ignore[method-assign]


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope.get("path") != "/counts/":
        await ours(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(counts).encode()})
