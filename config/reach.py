"""Whether the services that the environment names answer, said in a line for each that does not."""

from collections.abc import Iterator

import psycopg
import redis

from config.environment import Environment

PATIENCE_S = 3


def missing_services(environment: Environment) -> Iterator[str]:
    """A line for each service that can't be used: its variable, and what came instead."""
    database = environment.database
    try:
        psycopg.connect(
            host=database["HOST"],
            port=database["PORT"] or None,
            user=database["USER"],
            password=database["PASSWORD"],
            dbname=database["NAME"],
            **{"connect_timeout": PATIENCE_S} | database.get("OPTIONS", {}),
        ).close()
    except psycopg.OperationalError as fault:
        yield f"DATABASE_URL names a PostgreSQL that can't be used: {_in_a_line(fault)}"
    try:
        with redis.Redis.from_url(
            environment.redis_url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S
        ) as client:
            client.ping()
    except redis.RedisError as fault:
        yield f"REDIS_URL names a Valkey that can't be used: {_in_a_line(fault)}"


def _in_a_line(fault: Exception) -> str:
    return " ".join(str(fault).split())
