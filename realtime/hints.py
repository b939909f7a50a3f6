"""Hearing what the web processes tell each other: that something was committed, who is where.

A hint that is lost costs a second, never a change.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from realtime.publish import HUBS

logger = logging.getLogger(__name__)

TRY_AGAIN_AFTER_S = 1.0


Heard = Callable[[Mapping[str, Any]], None]


async def listen(heard: Mapping[str, Heard]) -> None:
    """Hand each message to who hears its type."""
    layer: Any = get_channel_layer()
    while True:
        try:
            channel = await layer.new_channel()
            await layer.group_add(HUBS, channel)
            while True:
                message = await layer.receive(channel)
                _hand_over(message, heard)
        except (RedisError, OSError) as fault:
            logger.warning("No hints (%s): the hub looks once a second.", fault)
            await asyncio.sleep(TRY_AGAIN_AFTER_S)


def _hand_over(message: Mapping[str, Any], heard: Mapping[str, Heard]) -> None:
    try:
        heard[message["type"]](message)
    except Exception:
        # A process of another version says other things, while they are replaced one by one.
        logger.warning("Not understood: a message of another process.", exc_info=True)
