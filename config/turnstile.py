"""So many requests are worked on at once; the others wait, without a thread.

Django gives each request a thread of its own. A hundred of them at once are a hundred that want the
interpreter, and the event loop, which delivers to every open page, is one among them. Pages do not
get done sooner by it, only all of them late.
"""

import asyncio
import logging
from typing import Any

logger = logging.getLogger(__name__)

# Reading waits for no lock, so a few keep the cores busy.
READS_AT_ONCE = 4
# Writers may wait for each other's rows: they get places of their own, so that no page waits too.
WRITES_AT_ONCE = 8
# Operators look when readers hang, and so does what collects their figures.
WATCHERS_AT_ONCE = 2
WATCHING = ("/monitoring/", "/metrics")
SAFE = {"GET", "HEAD", "OPTIONS"}
# Who asks how it goes must be answered when nothing goes; what delivery asks has a door of its own.
PAST_IT = ("/healthz", "/readyz", "/live/")
PATIENCE_S = 10.0
BUSY = b"Too much is asked at once. Try again in a few seconds."


class Turnstile:
    def __init__(
        self, application: Any, reads: int = READS_AT_ONCE, writes: int = WRITES_AT_ONCE
    ) -> None:
        self._application = application
        self._reads = asyncio.Semaphore(reads)
        self._writes = asyncio.Semaphore(writes)
        self._watchers = asyncio.Semaphore(WATCHERS_AT_ONCE)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].startswith(PAST_IT):
            await self._application(scope, receive, send)
            return
        if scope["path"].startswith(WATCHING):
            places = self._watchers
        else:
            places = self._reads if scope["method"] in SAFE else self._writes
        try:
            async with asyncio.timeout(PATIENCE_S):
                await places.acquire()
        except TimeoutError:
            logger.warning("%s %s found no place.", scope["method"], scope["path"])
            await _turn_away(send)
            return
        try:
            await self._application(scope, receive, send)
        finally:
            places.release()


async def _turn_away(send: Any) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"5")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": BUSY})
