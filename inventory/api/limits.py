"""How much one person or address may ask for: counted in Valkey, for all processes together."""

import logging
import math
import time
from typing import Any

from django.conf import settings
from django_redis import get_redis_connection
from redis import RedisError

from inventory.api.problems import Problem

logger = logging.getLogger(__name__)

# The generic cell rate algorithm: one number each, the time (us) by which all that was taken
# is paid off. Answers 0, or for how many us there is no room.
TAKE = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local each, room, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local paid = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + cost * each
local wait = math.ceil(paid - now - room)
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', paid), 'PX', math.ceil((paid - now) / 1000) + 1)
return 0
"""
US = 1_000_000
ASK_AGAIN_AFTER_S = 5.0

_silent_until = 0.0


def take(what: str, who: int | str, cost: int = 1) -> None:
    """Raises Problem 429 where they have no room for it left. No Valkey, no limit."""
    wait_us = _wait_us(what, who, cost)
    if wait_us:
        rate, burst = settings.API_LIMITS[what]
        raise Problem(
            429,
            "too_fast",
            f"At most {rate:,} {what} a second, with a burst of {burst:,}.",
            retry_after_s=math.ceil(wait_us / US),
        )


def _wait_us(what: str, who: int | str, cost: int) -> int:
    global _silent_until
    # A Valkey that hangs is not waited for by every request.
    if time.monotonic() < _silent_until:
        return 0
    rate, burst = settings.API_LIMITS[what]
    try:
        valkey: Any = get_redis_connection("default")
        # A call larger than the burst would never fit: it takes all there is.
        args = [US / rate, burst * US / rate, min(cost, burst)]
        return int(valkey.eval(TAKE, 1, f"liveshelf:limit:{what}:{who}", *args))
    except (RedisError, OSError) as fault:
        logger.warning("limits are not counted for %s s: %s", ASK_AGAIN_AFTER_S, fault)
        _silent_until = time.monotonic() + ASK_AGAIN_AFTER_S
        return 0
