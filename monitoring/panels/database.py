from monitoring import words
from monitoring.panels.panel import Figure, Panel, Table, gauged
from monitoring.readings import DATABASE_IS_AWAY, lately
from monitoring.snapshot import Snapshot, Statement


def database(seen: Snapshot) -> Panel:
    found = seen.database
    if found is None:
        return Panel("database", "Database", why=f"{DATABASE_IS_AWAY} ({seen.why('database')})")
    statements = lately(seen.statements.all)
    used = found.connections / found.connection_limit
    return Panel(
        "database",
        "Database",
        figures=(
            Figure("Answers after", words.milliseconds(found.answer_ms), "SELECT 1"),
            gauged("Statements", "statements", statements.p95_ms, "p95"),
            gauged(
                "Connections",
                "connections",
                used,
                f"{found.connections:,} of {found.connection_limit:,}",
            ),
            gauged("Wait for locks", "locks", found.waiting_for_locks, "now"),
            gauged(
                "Longest transaction", "transaction", found.longest_transaction_s or 0.0, "open now"
            ),
            Figure("Found in memory", words.share(found.cache_hit_ratio), "of blocks read"),
            Figure("Size", words.size(found.size_bytes), f"{found.deadlocks:,} deadlocks so far"),
            *_pool(seen),
        ),
        tables=(
            Table(
                "Slowest statements, 15 minutes",
                ("Statement", "Times", "p50", "p95"),
                [_statement(one) for one in seen.statements.slowest],
            ),
            Table(
                "Time in the database by route, 15 minutes",
                ("Route", "Statements", "Average", "p95"),
                [
                    (
                        one.route,
                        words.count(one.windows.quarter.count),
                        words.milliseconds(one.windows.quarter.avg_ms),
                        gauged("p95", "statements", one.windows.quarter.p95_ms),
                    )
                    for one in seen.statements.routes
                ],
            ),
            Table(
                "Tables with the most dead rows",
                ("Table", "Dead", "Live", "Vacuumed (UTC)"),
                [
                    (
                        one.name,
                        words.count(one.dead_rows),
                        words.count(one.live_rows),
                        words.day_and_clock(one.vacuumed_at),
                    )
                    for one in found.most_dead
                ],
            ),
        ),
    )


def _statement(one: Statement) -> tuple[str | Figure, ...]:
    spread = one.windows.quarter
    return (
        one.text,
        words.count(spread.count),
        words.latency(spread.p50_ms),
        gauged("p95", "statements", spread.p95_ms),
    )


def _pool(seen: Snapshot) -> tuple[Figure, ...]:
    pools = seen.pools
    if pools is None:
        return ()
    return (
        Figure(
            "Pool",
            f"{pools.size - pools.free:,} of {pools.size:,}",
            f"{pools.waiting:,} wait, {pools.timeouts:,} gave up",
            "low" if pools.waiting else "",
        ),
    )
