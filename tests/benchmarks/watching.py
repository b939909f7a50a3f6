"""What `/monitoring/` costs while nobody, one or fifty operators have it open.

Each is an operator's socket with both topics; the page itself is loaded once, as a person does.
"""

import json
import os
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import redis

from tests.benchmarks.contenders import our_server
from tests.benchmarks.house import browsers, stopping
from tests.benchmarks.processes import Child, Server, database_url
from tests.benchmarks.table import Line

DATABASE = "liveshelf_bench"
TOPICS = ["monitoring", "operations:15m.-p95"]
WATCHERS = (0, 1, 50)
SETTLES_S = 6.0
# Of a snapshot every five seconds, so that each has the same number of them.
LASTS_S = 30.0
MOST_CPU_MS_WITH_NOBODY = 10.0
# What fifty copies of a frame cost to send, and nothing else, comes on top.
MOST_TIMES_ONE = 1.5

COMMITTED = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s"


class Cost(NamedTuple):
    """A second."""

    cpu_ms: float
    transactions: float
    commands: float


def measure() -> Iterator[Line]:
    server = our_server("Daphne")
    crowd = Child("tests.benchmarks.sockets_client")
    with stopping(server, crowd):
        costs: dict[int, Cost] = {}
        for watchers in WATCHERS:
            _open(crowd, server, watchers - crowd.ask(do="size"))
            time.sleep(SETTLES_S)
            costs[watchers] = _cost(server)
        frames = crowd.ask(do="count")["frames"]
        if not frames:
            raise RuntimeError("nobody was told anything")
    nobody, one, many = (costs[watchers] for watchers in WATCHERS)
    yield from _lines("nobody watches", nobody, nobody, "ours", MOST_CPU_MS_WITH_NOBODY)
    yield from _lines("1 watches, against nobody", one, nobody, "ratio", None)
    yield from _lines("50 watch, against 1", many, one, "ratio", MOST_TIMES_ONE)


def _lines(
    who: str, ours: Cost, reference: Cost, limited: str, bound: float | None
) -> Iterator[Line]:
    for name, bounded in (("cpu_ms", bound), ("transactions", None), ("commands", None)):
        mine, other = getattr(ours, name), getattr(reference, name)
        what = {
            "cpu_ms": "CPU of the web process, ms a second",
            "transactions": "transactions of PostgreSQL a second",
            "commands": "commands of Valkey a second",
        }[name]
        yield Line(f"{what}, {who}", mine, other, mine / other if other else 0.0, bounded, limited)


def _open(crowd: Child, server: Server, how_many: int) -> None:
    if not how_many:
        return
    sockets: list[dict[str, Any]] = [
        one | {"first": json.dumps(json.loads(one["first"]) | {"topics": TOPICS})}
        for one in browsers(how_many, 1)
    ]
    crowd.ask(do="connect", port=server.port, path="/ws/live/", acks=True, sockets=sockets)


def _cost(server: Server) -> Cost:
    began, before = time.monotonic(), _counts(server)
    time.sleep(LASTS_S)
    took, after = time.monotonic() - began, _counts(server)
    cpu_s, transactions, commands = (
        (now - then) / took for now, then in zip(after, before, strict=True)
    )
    return Cost(cpu_s * 1000, transactions, commands)


def _counts(server: Server) -> tuple[float, float, float]:
    with psycopg.connect(database_url("postgres"), autocommit=True) as asked:
        row = asked.execute(COMMITTED, [DATABASE]).fetchone()
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as valkey:
        commands: Any = valkey.info("stats")
    return server.cpu_s(), float(row[0] if row else 0), float(commands["total_commands_processed"])
