"""The one caller of `group_send`: tells every web process that something was committed.

A thread of its own sends, over a connection that stays: a writer's answer waits neither for Valkey
nor for a new event loop, and hints that come while one is on its way leave as one.
"""

import asyncio
import logging
import os
import threading
import time
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

HUBS = "hubs"
# Of one hint; the hubs look by themselves within a second.
PATIENCE_S = 1.0


class Herald:
    """Sends a hint for every time it was told, at least one for many."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._due = asyncio.Event()
        self._committed_at: float | None = None
        threading.Thread(target=self._run, name="hints", daemon=True).start()

    def tell(self, committed_at: float) -> None:
        self._loop.call_soon_threadsafe(self._note, committed_at)

    def _note(self, committed_at: float) -> None:
        # One hint may stand for several commits: it names the first.
        if self._committed_at is None:
            self._committed_at = committed_at
        self._due.set()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            committed_at, self._committed_at = self._committed_at, None
            try:
                await _send(committed_at)
            except (RedisError, OSError, TimeoutError, ChannelFull) as fault:
                logger.warning("No hint left (%s): screens follow within a second.", fault)


async def _send(committed_at: float | None) -> None:
    layer: Any = get_channel_layer()
    async with asyncio.timeout(PATIENCE_S):
        await layer.group_send(HUBS, {"type": "look", "committed_at": committed_at})


_heralds: dict[int, Herald] = {}  # by process: a fork takes no thread with it
_making = threading.Lock()


def hint() -> None:
    """Best effort: a hint that is lost costs a second of delay, never a change."""
    herald = _heralds.get(os.getpid()) or _herald()
    # Called on commit: this is the moment.
    herald.tell(time.time())


def _herald() -> Herald:
    with _making:
        if os.getpid() not in _heralds:
            _heralds[os.getpid()] = Herald()
        return _heralds[os.getpid()]
