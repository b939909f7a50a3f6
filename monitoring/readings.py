"""What each gauge of the score reads from a snapshot: a figure, or why there is none."""

from monitoring.figures import Spread, Windows
from monitoring.missed import missed
from monitoring.snapshot import Process, Snapshot

# Fewer in the last minute say little: then the last 15 minutes count.
ENOUGH = 20
# A ratio of fewer reads than this is chance.
ENOUGH_READS = 100
# Somebody always walks into a lift.
FEW_LINES = 3
DATABASE_IS_AWAY = "the database does not answer"
VALKEY_IS_AWAY = "Valkey does not answer"
NOT_READ = "it could not be read"


def lately(windows: Windows) -> Spread:
    return windows.minute if windows.minute.count >= ENOUGH else windows.quarter


def _p95(windows: Windows, nothing: str) -> float | str:
    found = lately(windows).p95_ms
    return nothing if found is None else found


def _failed(windows: Windows, nothing: str) -> float | str:
    spread = lately(windows)
    return spread.errors / spread.count if spread.count else nothing


def errors(seen: Snapshot) -> float | str:
    return _failed(seen.all, "nobody has asked for a page for 15 minutes")


def latency(seen: Snapshot) -> float | str:
    return _p95(seen.all, "nobody has asked for a page for 15 minutes")


def commit_to_send(seen: Snapshot) -> float | str:
    return _p95(seen.live.commit_to_send, "no change was sent to a screen for 15 minutes")


def hub_lag(seen: Snapshot) -> float | str:
    return _p95(seen.live.hub_lag, "no screen has been open for 15 minutes")


def lost_lines(seen: Snapshot) -> float | str:
    lost, browsers = seen.live.lost, seen.live.browsers
    if not lost and not browsers:
        return "no screen is open"
    return lost / (lost + browsers) if lost >= FEW_LINES else 0.0


def statements(seen: Snapshot) -> float | str:
    return _p95(seen.statements.all, "no statement was timed for 15 minutes")


def waiting(seen: Snapshot) -> float | str:
    return seen.database.waiting_for_locks if seen.database else DATABASE_IS_AWAY


def transaction(seen: Snapshot) -> float | str:
    if seen.database is None:
        return DATABASE_IS_AWAY
    return seen.database.longest_transaction_s or 0.0


def connections(seen: Snapshot) -> float | str:
    if seen.database is None:
        return DATABASE_IS_AWAY
    return seen.database.connections / seen.database.connection_limit


def hits(seen: Snapshot) -> float | str:
    found = seen.cache.all
    if found.ratio is None or found.reads < ENOUGH_READS:
        return f"fewer than {ENOUGH_READS} reads in 15 minutes"
    return found.ratio


def ping(seen: Snapshot) -> float | str:
    return seen.redis.answer_ms if seen.redis else VALKEY_IS_AWAY


def memory_of_redis(seen: Snapshot) -> float | str:
    if seen.redis is None:
        return VALKEY_IS_AWAY
    limit = seen.redis.limit_bytes
    return seen.redis.used_bytes / limit if limit else "no limit is set"


def queued(seen: Snapshot) -> float | str:
    return VALKEY_IS_AWAY if seen.celery.queued is None else seen.celery.queued


def failed_tasks(seen: Snapshot) -> float | str:
    return _failed(seen.celery.all, "no task has run for 15 minutes")


def beat(seen: Snapshot) -> float | str:
    at = seen.celery.beat_at
    return "no beat reports" if at is None else max(0.0, seen.made_at - at)


def missing_processes(seen: Snapshot) -> list[Process]:
    return missed(seen.processes.each)


def expected(seen: Snapshot) -> int:
    return seen.processes.reporting + len(missing_processes(seen))


def missing(seen: Snapshot) -> float | str:
    there = expected(seen)
    return len(missing_processes(seen)) / there if there else "no process reports"


def processor(seen: Snapshot) -> float | str:
    if seen.system is None:
        return NOT_READ
    ratio = seen.system.cpu_ratio
    return "the first look has nothing to compare with" if ratio is None else ratio


def memory(seen: Snapshot) -> float | str:
    if seen.system is None:
        return NOT_READ
    return seen.system.memory_used_bytes / seen.system.memory_limit_bytes


def disk(seen: Snapshot) -> float | str:
    if seen.system is None:
        return NOT_READ
    return seen.system.disk_used_bytes / seen.system.disk_limit_bytes
