"""Hearing that something was committed. A hint that is lost costs a second, never a change."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from realtime.publish import HUBS

logger = logging.getLogger(__name__)

TRY_AGAIN_AFTER_S = 1.0


async def listen_for_hints(heard: Callable[[float | None], None]) -> None:
    """`heard` gets the time of the oldest commit that a hint stands for, if it says one."""
    layer: Any = get_channel_layer()
    while True:
        try:
            channel = await layer.new_channel()
            await layer.group_add(HUBS, channel)
            while True:
                hint = await layer.receive(channel)
                heard(hint.get("committed_at"))
        except (RedisError, OSError) as fault:
            logger.warning("No hints (%s): the hub looks once a second.", fault)
            await asyncio.sleep(TRY_AGAIN_AFTER_S)
