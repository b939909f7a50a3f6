"""The way to Valkey: short patience, and at every answer the name of the server that gave it.

A connection ends with its server, so a name that is asked for once a connection is true for all
that is said over it. A server that was restarted, or another one in its place, has another name.
"""

import os
import time
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from typing import Any

from django_redis import get_redis_connection
from redis.connection import ConnectionPool
from redis.exceptions import NoScriptError, RedisError

# How long nobody tries again after a failure: a Valkey that hangs must not cost every request
# its patience.
LEFT_ALONE_S = 1.0


class Away(Exception):
    """Valkey can't be reached, or does not do what it is asked."""


def greet(connection: Any) -> None:
    connection.on_connect()
    connection.send_command("INFO", "server")
    told: Any = connection.read_response()
    text = told.decode() if isinstance(told, bytes) else str(told)
    server = dict(line.partition(":")[::2] for line in text.splitlines())["run_id"]
    connection.server = server


class NamingPool(ConnectionPool):
    """Connections that know their server. RESP2: with the newer protocol redis-py does not look
    whether a connection that waited in the pool is still one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"redis_connect_func": greet, "protocol": 2})


@dataclass(frozen=True, slots=True)
class Told:
    server: str
    answer: Any


class Script:
    def __init__(self, source: str) -> None:
        self.source = source
        self.digest = sha1(source.encode(), usedforsecurity=False).hexdigest()


class Link:
    def __init__(self) -> None:
        self._silent_until = 0.0

    @property
    def is_left_alone(self) -> bool:
        return time.monotonic() < self._silent_until

    def run(self, script: Script, keys: list[str], *values: Any) -> Told:
        """Raises Away, at once if it just did."""
        rest = (len(keys), *keys, *values)
        try:
            return self.say("EVALSHA", script.digest, *rest)
        except NoScriptError:
            return self.say("EVAL", script.source, *rest)

    def say(self, *command: Any) -> Told:
        if self.is_left_alone:
            raise Away("left alone after a failure")
        connection = None
        try:
            pool: Any = get_redis_connection("cached").connection_pool
            connection = pool.get_connection()
            connection.send_command(*command)
            answer = connection.read_response()
        except NoScriptError:
            raise
        except (RedisError, OSError) as fault:
            # What was asked may still be answered later, to somebody else's question.
            if connection is not None:
                connection.disconnect()
            self._silent_until = time.monotonic() + LEFT_ALONE_S
            raise Away(str(fault)) from fault
        finally:
            if connection is not None:
                pool.release(connection)
        return Told(connection.server, answer)


@cache
def _link(process: int) -> Link:
    return Link()


def link() -> Link:
    return _link(os.getpid())
