"""Valkey and Celery: what works beside the web processes."""

from monitoring import words
from monitoring.panels.panel import Figure, Panel, Table, gauged
from monitoring.readings import VALKEY_IS_AWAY
from monitoring.snapshot import Snapshot


def redis(seen: Snapshot) -> Panel:
    found = seen.redis
    if found is None:
        return Panel("redis", "Valkey", why=f"{VALKEY_IS_AWAY} ({seen.why('redis')})")
    limit = found.limit_bytes
    return Panel(
        "redis",
        "Valkey",
        figures=(
            gauged("Answers after", "ping", found.answer_ms, "PING"),
            Figure(
                "Memory",
                words.size(found.used_bytes),
                f"of {words.size(limit)}"
                if limit
                else f"no limit; peak {words.size(found.peak_bytes)}",
            ),
            Figure("Keys", words.count(found.keys), f"{found.expired:,} expired"),
            Figure("Evicted", words.count(found.evicted), found.policy),
            Figure("Clients", words.count(found.clients), "now"),
            Figure(
                "Version", found.version, f"up {words.duration(seen.made_at - found.started_at)}"
            ),
        ),
    )


def celery(seen: Snapshot) -> Panel:
    found = seen.celery
    if seen.alone:
        return Panel("celery", "Celery", why=VALKEY_IS_AWAY)
    spread = found.all.quarter
    beat = None if found.beat_at is None else max(0.0, seen.made_at - found.beat_at)
    return Panel(
        "celery",
        "Celery",
        figures=(
            Figure("Workers", words.count(found.workers), "report", "" if found.workers else "out"),
            gauged("Wait in the queue", "queued", found.queued, "now"),
            Figure("Tasks", words.count(spread.count), "15 minutes"),
            gauged(
                "Failed",
                "failed-tasks",
                spread.errors / spread.count if spread.count else None,
                f"{found.retried:,} tried again",
            ),
            Figure("Takes", words.milliseconds(spread.p95_ms), "p95, 15 minutes"),
            gauged("Beat", "beat", beat, "since its last task"),
        ),
        tables=(
            Table(
                "By task, 15 minutes",
                ("Task", "Times", "Failed", "Average", "p95"),
                [
                    (
                        one.name,
                        words.count(one.windows.quarter.count),
                        words.count(one.windows.quarter.errors),
                        words.milliseconds(one.windows.quarter.avg_ms),
                        words.milliseconds(one.windows.quarter.p95_ms),
                    )
                    for one in found.tasks
                ],
                "No task has run.",
            ),
        ),
    )
