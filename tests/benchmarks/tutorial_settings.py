"""Liveshelf's settings with the channel layer of the Channels tutorial."""

import os

from config.settings import *  # noqa: F403
from config.settings import ENVIRONMENT

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [ENVIRONMENT.redis_url], "prefix": os.environ["TUTORIAL_PREFIX"]},
    }
}
