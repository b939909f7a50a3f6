"""The one caller of `group_send`: tells every web process that something was committed."""

import asyncio
import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

HUBS = "hubs"
# A writer waits no longer than this for the hint to leave; the hubs look by themselves within 1 s.
PATIENCE_S = 0.25


def hint() -> None:
    """Best effort: a hint that can't be sent costs a second of delay, never a change."""
    try:
        async_to_sync(_send)()
    except (RedisError, OSError, TimeoutError, ChannelFull) as fault:
        logger.warning("No hint left (%s): screens follow within a second.", fault)


async def _send() -> None:
    layer: Any = get_channel_layer()
    async with asyncio.timeout(PATIENCE_S):
        await layer.group_send(HUBS, {"type": "look"})
