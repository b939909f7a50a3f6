"""Snapshots as the collector makes them: a healthy one, and what differs from it."""

from dataclasses import replace
from math import sin
from typing import Any

from monitoring.figures import Hits, Point, Series, Spread, Windows
from monitoring.snapshot import (
    Cache,
    Celery,
    Closed,
    Cost,
    Database,
    Error,
    Errors,
    Ledger,
    Live,
    NamedCache,
    Operation,
    Pools,
    Process,
    Processes,
    Redis,
    RouteHits,
    RouteStatements,
    Snapshot,
    Statement,
    Statements,
    System,
    Table,
    Task,
)

NOW = 1_764_079_320.0  # 14:02 UTC
MB = 1024 * 1024
NOTHING = Spread(0, 0, None, None, None, None)
NEVER = Windows(NOTHING, NOTHING, NOTHING)


def spread(count: int = 1200, p95: float = 62.0, errors: int = 0) -> Spread:
    return Spread(count, errors, p95 * 0.45, p95 * 0.4, p95, p95 * 1.9)


def windows(count: int = 1200, p95: float = 62.0, errors: int = 0) -> Windows:
    return Windows(
        spread(max(1, count // 15), p95, errors // 15 or min(errors, 1)),
        spread(count, p95, errors),
        spread(count * 4, p95, errors),
    )


def failing(share: float) -> Windows:
    """Of 100 requests in the last minute."""
    return Windows(*(spread(100, 62.0, round(100 * share)),) * 3)


def points(step: float, count: int) -> tuple[Point, ...]:
    begins = NOW - step * count
    return tuple(
        Point(
            begins + step * place,
            20 + 6 * sin(place / 5),
            0.0,
            60 + 12 * sin(place / 3),
            35 + 8 * sin(place / 4),
            40 + 9 * sin(place / 6),
            0.96 + 0.02 * sin(place / 7),
        )
        for place in range(count)
    )


def process(
    kind: Any, number: int, *, reporting: bool = True, started_at: float = NOW - 9000
) -> Process:
    heard = NOW - 2 if reporting else NOW - 40
    return Process(
        f"{kind}-shelf-{number}", kind, "shelf", number, started_at, heard, reporting,
        140 * MB, 0.12, 0,
    )  # fmt: skip


def operation(route: str, method: str = "GET", group: Any = "user", **spreads: Any) -> Operation:
    return Operation(route, method, group, windows(**spreads))


def healthy(**changes: Any) -> Snapshot:
    snapshot = Snapshot(
        made_at=NOW,
        alone=False,
        cost=Cost(14.0, 1.8, "web-shelf-4711"),
        processes=Processes(
            4,
            4,
            (process("web", 4711), process("worker", 4712), process("pool", 4713),
             process("beat", 4714)),
        ),
        operations=(
            operation("stock", count=700, p95=58.0),
            operation("dashboard", count=220, p95=84.0),
            operation("operate", "POST", count=160, p95=41.0),
            operation("api:inventory", count=90, p95=420.0, errors=1),
            operation("static", group="static", count=2400, p95=1.2),
            operation("monitoring", group="monitoring", count=12, p95=38.0),
        ),
        all=windows(),
        series=Series(points(5, 24), points(60, 60)),
        cache=Cache(
            Hits(4800, 150, 0.9697),
            (
                NamedCache("product", Hits(2100, 40, 0.981), 4870, 5000, 1800),
                NamedCache("vendor", Hits(700, 12, 0.983), 60, 1000, 3600),
                NamedCache("inventory", Hits(2000, 98, 0.953), 3100, 10_000, 60),
            ),
            (RouteHits("stock", "inventory", Hits(1500, 60, 0.9615)),),
        ),
        live=Live(
            48, 61, 130, 41.5, 52_000, windows(900, 38.0), windows(900, 6.0), 128, 4, 1, 0, 0, 0,
            (Closed("1001", 74), Closed("1006", 3)), 0,
        ),
        statements=Statements(
            windows(9000, 4.2),
            (Statement("a1", "SELECT … FROM inventory_stocklevel WHERE …", windows(700, 21.0)),),
            (RouteStatements("stock", windows(2100, 6.0)),),
        ),
        celery=Celery(
            1, 0, windows(200, 12.0), (Task("inventory.tasks.prune", windows(15, 30.0)),),
            NOW - 3, 0,
        ),
        errors=Errors(NEVER, ()),
        database=Database(
            0.4, 23, 100, 0.2, 0, 0.998, 0, 480 * MB,
            (Table("inventory_stocklevel", 812, 100_000, NOW - 3000),),
        ),
        pools=Pools(8, 5, 0, 3, 0),
        redis=Redis(
            "7.2.4", 0.3, 9 * MB, None, 12 * MB, "noeviction", 21, 0, 940, NOW - 9000, 5100
        ),
        system=System("shelf", 2, 0.31, (0.7, 0.6, 0.5), 3100 * MB, 8000 * MB, 41_000 * MB,
                      100_000 * MB),
        ledger=Ledger(NOW - 37_000, 4.2, 100_000, 0, ""),
    )  # fmt: skip
    return replace(snapshot, **changes)


def without_valkey() -> Snapshot:
    gone = "ConnectionError: refused"
    was = healthy()
    return healthy(
        alone=True,
        redis=None,
        celery=Celery(0, None, NEVER, (), None, 0),
        processes=Processes(1, 1, was.processes.each[:1]),
        cache=Cache(Hits(0, 0, None), (), ()),
        unread=dict.fromkeys(("redis", "celery", "cache.caches"), gone),
    )


def without_database() -> Snapshot:
    gone = "no answer within 2 s"
    errors = windows(90, 900.0, 45)
    return healthy(
        database=None,
        ledger=None,
        all=failing(0.5),
        errors=Errors(errors, (an_error(),)),
        unread=dict.fromkeys(("database", "ledger"), gone),
    )


def just_started() -> Snapshot:
    was = healthy()
    nothing = Hits(0, 0, None)
    return healthy(
        operations=(),
        all=NEVER,
        series=Series((), ()),
        cache=Cache(nothing, (), ()),
        live=replace(
            was.live, browsers=1, opened=0, frames_per_s=0, bytes_per_s=0,
            commit_to_send=NEVER, hub_lag=windows(3, 5.0), hellos=1, resumes=0, resets=0, closed=(),
        ),
        statements=Statements(NEVER, (), ()),
        celery=replace(was.celery, all=NEVER, tasks=()),
        system=replace(was.system, cpu_ratio=None) if was.system else None,
        ledger=Ledger(None, None, None, None, ""),
    )  # fmt: skip


def an_error() -> Error:
    return Error(
        NOW - 20, "web-shelf-4711", "django.request", "ERROR", "Internal Server Error: %s",
        "OperationalError", "inventory/views/stock.py:31", "stock", "5f0c2a9d1e7b4c33",
    )  # fmt: skip


def degraded() -> Snapshot:
    was = healthy()
    return healthy(
        all=windows(1500, 940.0, 12),
        live=replace(was.live, commit_to_send=windows(900, 480.0), lost=12),
        processes=Processes(
            4, 3, (*was.processes.each[:1], process("worker", 4712, reporting=False),
                   *was.processes.each[2:]),
        ),
        celery=replace(was.celery, workers=0, queued=160),
        errors=Errors(windows(30, 1.0), (an_error(),) * 3),
    )  # fmt: skip
