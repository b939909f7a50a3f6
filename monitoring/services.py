"""The questions themselves: PostgreSQL, Valkey, the machine, the queue, the last proof."""

import os
import platform
import time
from typing import Any

import psutil
import psycopg
from django.conf import settings
from django.db import connection

from monitoring import container
from monitoring.snapshot import Database, Ledger, Redis, System, Table

# So that a question that nobody waits for any more ends by itself.
STATEMENT_TIMEOUT_MS = 1_500
CONNECT_WITHIN_S = 2
CONNECTION_KEYS = {"dbname", "user", "password", "host", "port", "sslmode"}
QUEUE = "celery"

DATABASE = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::int,
       (SELECT extract(epoch FROM max(now() - xact_start)) FROM pg_stat_activity
        WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid()
          AND backend_type = 'client backend'),
       (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'),
       blks_hit::float / nullif(blks_hit + blks_read, 0),
       deadlocks,
       pg_database_size(datid)
FROM pg_stat_database WHERE datname = current_database()
"""
TABLES = """
SELECT relname, n_dead_tup, n_live_tup,
       extract(epoch FROM greatest(last_autovacuum, last_vacuum))
FROM pg_stat_user_tables ORDER BY n_dead_tup DESC, relname LIMIT 3
"""
LEDGER = """
SELECT extract(epoch FROM ended_at), extract(epoch FROM ended_at - started_at), levels, drifting,
       COALESCE(drifts -> 0 ->> 'subject', '')
FROM inventory_ledgercheck ORDER BY id DESC LIMIT 1
"""


def connect() -> psycopg.Connection[Any]:
    """Not of Django's pool: one that has none left to give is what an operator looks for."""
    given = connection.get_connection_params()
    params = {key: given[key] for key in CONNECTION_KEYS & given.keys()}
    return psycopg.connect(
        **params,
        autocommit=True,
        connect_timeout=CONNECT_WITHIN_S,
        application_name="liveshelf monitoring",
        options=f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
    )


def database() -> Database:
    with connect() as asked:
        began = time.perf_counter()
        asked.execute("SELECT 1")
        answer_ms = (time.perf_counter() - began) * 1000
        figures: Any = asked.execute(DATABASE).fetchone()
        used, limit, longest, waiting, ratio, deadlocks, size = figures
        return Database(
            answer_ms=answer_ms,
            connections=used - 1,  # without this one
            connection_limit=limit,
            longest_transaction_s=None if longest is None else float(longest),
            waiting_for_locks=waiting,
            cache_hit_ratio=ratio,
            deadlocks=deadlocks,
            size_bytes=size,
            most_dead=tuple(
                Table(name, dead, live, None if at is None else float(at))
                for name, dead, live, at in asked.execute(TABLES)
            ),
        )


def ledger() -> Ledger:
    with connect() as asked:
        row: Any = asked.execute(LEDGER).fetchone()
    if row is None:
        return Ledger(None, None, None, None, "")
    ended_at, took_s, levels, drifting, first = row
    return Ledger(float(ended_at), float(took_s), levels, drifting, first)


def valkey(client: Any) -> Redis:
    began = time.perf_counter()
    client.ping()
    answer_ms = (time.perf_counter() - began) * 1000
    said = client.info()
    return Redis(
        version=str(said.get("valkey_version") or said["redis_version"]),
        answer_ms=answer_ms,
        used_bytes=said["used_memory"],
        limit_bytes=said["maxmemory"] or None,
        peak_bytes=said["used_memory_peak"],
        policy=said["maxmemory_policy"],
        clients=said["connected_clients"],
        evicted=said["evicted_keys"],
        expired=said["expired_keys"],
        started_at=time.time() - said["uptime_in_seconds"],
        keys=sum(
            part["keys"]
            for name, part in said.items()
            if name.startswith("db") and isinstance(part, dict)
        ),
    )


def queued(client: Any) -> int:
    return int(client.llen(QUEUE))


def system() -> System:
    memory = psutil.virtual_memory()
    disk = psutil.disk_usage(settings.WATCHED_FOLDER)
    used, limit = container.memory() or (memory.total - memory.available, memory.total)
    return System(
        host=platform.node(),
        cores=container.cores(),
        cpu_ratio=_busy(),
        load=os.getloadavg(),
        memory_used_bytes=used,
        memory_limit_bytes=min(limit, memory.total),
        disk_used_bytes=disk.used,
        disk_limit_bytes=disk.used + disk.free,
    )


_busy_before: tuple[float, float] | None = None


def _busy() -> float | None:
    """Since the last look of this process; psutil's own first answer is a 0 that means nothing."""
    global _busy_before
    now = _processor()
    before, _busy_before = _busy_before, now
    if before is None or now[0] <= before[0]:
        return None
    return (now[1] - before[1]) / (now[0] - before[0])


def _processor() -> tuple[float, float]:
    """Seconds of all cores that there were so far, and those that were used."""
    used = container.processor_s()
    if used is not None:
        return time.monotonic() * container.cores(), used
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    there = sum(times[:8])  # without guests, which are in user already
    return there, there - idle
