"""The parts of a snapshot that our own measurements make."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from monitoring.history import Stretch
from monitoring.missed import missed
from monitoring.reading import (
    counted,
    labels,
    of_family,
    of_users,
    windows,
    windows_of,
)
from monitoring.snapshot import (
    Celery,
    Closed,
    Error,
    Errors,
    Live,
    Operation,
    Pools,
    Process,
    Processes,
    RouteStatements,
    Statement,
    Statements,
    Task,
)

HEARD_WITHIN_S = 15.0
# Who was killed and has no successor is missed until somebody has had a night's sleep.
EXPECTED_FOR_S = 24 * 3600.0
# Who has been replaced is shown beside its successor for so long.
REPLACED_SHOWN_S = 600.0
MOST_STATEMENTS = 10
A_MINUTE_S = 60

Heartbeat = dict[str, Any]


def processes(heartbeats: Sequence[Heartbeat], now: float) -> Processes:
    each = tuple(
        Process(
            name=beat["name"],
            kind=beat["kind"],
            host=beat["host"],
            pid=beat["pid"],
            started_at=beat["started_at"],
            heard_at=beat["heard_at"],
            reporting=is_reporting(beat, now),
            memory_bytes=beat["memory_bytes"],
            cpu_ratio=beat["cpu_ratio"],
            lost=beat["lost"],
        )
        for beat in sorted(heartbeats, key=lambda beat: (beat["kind"], beat["started_at"]))
        if now - beat["heard_at"] < EXPECTED_FOR_S
    )
    missing = missed(each)
    shown = tuple(
        one
        for one in each
        if one.reporting or one in missing or now - one.heard_at < REPLACED_SHOWN_S
    )
    reporting = sum(one.reporting for one in each)
    return Processes(reporting + len(missing), reporting, shown)


def is_reporting(beat: Heartbeat, now: float) -> bool:
    return bool(now - beat["heard_at"] < HEARD_WITHIN_S)


def silent_for_too_long(heartbeats: Sequence[Heartbeat], now: float) -> list[str]:
    return [beat["name"] for beat in heartbeats if now - beat["heard_at"] >= EXPECTED_FOR_S]


def operations(stretch: Stretch) -> tuple[Operation, ...]:
    """Every route and method of the hour, the busiest first."""
    keys = [key for key in stretch.hour.times if key[0] == "http"]
    keys.sort(key=lambda key: (-stretch.hour.times[key].count, key))
    return tuple(
        Operation(key[1], key[2], key[3], windows_of(stretch, key))  # type: ignore[arg-type]
        for key in keys
    )


def level(heartbeats: Sequence[Heartbeat], name: str, now: float) -> int:
    """Added over the processes that report: what the others had is gone or unknown."""
    return sum(beat["levels"].get(name, 0) for beat in heartbeats if is_reporting(beat, now))


# No goodbye, our faults, too slow, too many: nobody who simply leaves a page.
LOST = ("1006", "1011", "1013", "4408", "4429")


def live(stretch: Stretch, heartbeats: Sequence[Heartbeat], now: float) -> Live:
    quarter = stretch.quarter
    closed = {code: counted(quarter, "closed", code) for code in labels(quarter, "closed", 1)}
    return Live(
        browsers=level(heartbeats, "sockets", now),
        topics=level(heartbeats, "topics", now),
        opened=counted(quarter, "opened"),
        frames_per_s=counted(stretch.minute, "frames") / A_MINUTE_S,
        bytes_per_s=counted(stretch.minute, "bytes") / A_MINUTE_S,
        commit_to_send=windows_of(stretch, ("commit to send",)),
        hub_lag=windows_of(stretch, ("hub lag",)),
        hellos=counted(quarter, "hellos"),
        resumes=counted(quarter, "resumes"),
        resets=counted(quarter, "resets"),
        refused=counted(quarter, "refused topics"),
        turned_away=closed.get("4429", 0),
        dropped=closed.get("4408", 0),
        closed=tuple(Closed(code, count) for code, count in closed.items()),
        lost=sum(counted(stretch.minute, "closed", code) for code in LOST),
    )


def statements(stretch: Stretch, texts: dict[str, str]) -> Statements:
    quarter = stretch.quarter
    shapes = [
        Statement(shape, texts.get(shape, ""), windows_of(stretch, ("sql", shape)))
        for shape in labels(stretch.hour, "sql", 1)
    ]
    shapes.sort(key=lambda one: (-(one.windows.quarter.p95_ms or 0), one.shape))
    routes = labels(stretch.hour, "sql of", 1)
    spent = {
        route: times.sum_us for route in routes if (times := quarter.times.get(("sql of", route)))
    }
    routes.sort(key=lambda route: (-spent.get(route, 0), route))
    return Statements(
        all=windows(stretch, of_family("sql of")),
        slowest=tuple(shapes[:MOST_STATEMENTS]),
        routes=tuple(
            RouteStatements(route, windows_of(stretch, ("sql of", route)))
            for route in routes[:MOST_STATEMENTS]
        ),
    )


def celery(
    stretch: Stretch, heartbeats: Sequence[Heartbeat], queued: int | None, now: float
) -> Celery:
    here = [beat for beat in heartbeats if is_reporting(beat, now)]
    sent = [beat["levels"]["beat at"] for beat in here if "beat at" in beat["levels"]]
    return Celery(
        workers=sum(beat["kind"] == "worker" for beat in here),
        queued=queued,
        all=windows(stretch, of_family("task")),
        tasks=tuple(
            Task(name, windows_of(stretch, ("task", name)))
            for name in labels(stretch.hour, "task", 1)
        ),
        beat_at=max(sent, default=None),
        retried=counted(stretch.quarter, "retries"),
    )


def pools(heartbeats: Sequence[Heartbeat], now: float) -> Pools | None:
    """None: no web process has asked for a connection yet."""
    found = [
        beat["pools"]
        for beat in heartbeats
        if beat["kind"] == "web" and beat["pools"] and is_reporting(beat, now)
    ]
    if not found:
        return None
    return Pools(**{name: sum(pool[name] for pool in found) for name in found[0]})


def errors(stretch: Stretch, recent: Sequence[dict[str, Any]]) -> Errors:
    newest = sorted(recent, key=lambda error: -error["at"])
    return Errors(
        logged=windows_of(stretch, ("logged",)),
        recent=tuple(Error(**error) for error in newest),
    )


def flush_ms(heartbeats: Sequence[Heartbeat]) -> float | None:
    taken = [beat["flush_ms"] for beat in heartbeats if beat["flush_ms"] is not None]
    return median(taken) if taken else None


def of_all_users(stretch: Stretch) -> Any:
    return windows(stretch, of_users)
