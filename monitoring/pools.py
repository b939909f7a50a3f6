"""Django's pool of database connections in this process."""

from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper

# What psycopg's pool counts, by our names.
NAMES = {
    "pool_size": "size",
    "pool_available": "free",
    "requests_waiting": "waiting",
    "requests_queued": "waited",
    "requests_errors": "timeouts",
}


def pool_levels() -> dict[str, int] | None:
    """None where no connection was asked for yet: asking here would open the pool."""
    pool: Any = DatabaseWrapper._connection_pools.get("default")  # type: ignore[attr-defined]
    if pool is None:
        return None
    stats = pool.get_stats()
    return {ours: stats.get(theirs, 0) for theirs, ours in NAMES.items()}
