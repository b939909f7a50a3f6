"""How many may come in at once: the others are told when, before anything is asked about them.

To know a person costs a thread and the database, and a hello some reads: 2,000 screens that come
back together would all time out, and then come back together again.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from monitoring.measure import socket_closed
from realtime.buckets import Bucket
from realtime.protocol import Close, frame

logger = logging.getLogger(__name__)

ADMITTED_A_SECOND = 150.0
ADMITTED_AT_ONCE = 200.0
# A slower machine has its hands full earlier.
MOST_COMING_IN = 200

Letting = Callable[[Any, Any, Any, Callable[[], None]], Awaitable[None]]


class Doorway:
    def __init__(self, inner: Letting) -> None:
        self._inner = inner
        self._bucket = Bucket(ADMITTED_A_SECOND, ADMITTED_AT_ONCE)
        self._coming_in = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        wait_s = self._bucket.take_or_wait_s()
        if not wait_s and self._coming_in >= MOST_COMING_IN:
            wait_s = MOST_COMING_IN / ADMITTED_A_SECOND
        if wait_s:
            await _send_away(receive, send, after_ms=round(wait_s * 1000))
            return
        inside = False
        self._coming_in += 1

        def is_in() -> None:
            nonlocal inside
            if not inside:
                inside = True
                self._coming_in -= 1

        try:
            await self._inner(scope, receive, send, is_in)
        finally:
            is_in()


async def _send_away(receive: Any, send: Any, *, after_ms: int) -> None:
    logger.info("Too many come at once: one is to come back in %d ms", after_ms)
    await receive()
    await send({"type": "websocket.accept"})
    text = frame("bye", code=Close.TOO_FAST, after_ms=after_ms)
    await send({"type": "websocket.send", "text": text})
    await send({"type": "websocket.close", "code": int(Close.TOO_FAST)})
    socket_closed(Close.TOO_FAST)
