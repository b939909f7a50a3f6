"""What no average may hide: while one of these holds, the score is at most its limit."""

from monitoring import words
from monitoring.health import Cap
from monitoring.readings import ENOUGH, expected, lately, missing_processes
from monitoring.snapshot import Snapshot

# Of the requests: then something that people need does not work.
MANY = 0.25
# A hub looks once a second.
HUB_STANDS_STILL_MS = 5_000.0


def _database(seen: Snapshot) -> str:
    return "" if seen.database else "The database does not answer"


def _valkey(seen: Snapshot) -> str:
    return "" if seen.redis else "Valkey does not answer"


def _failing(seen: Snapshot) -> str:
    spread = lately(seen.all)
    if spread.count < ENOUGH or spread.errors < MANY * spread.count:
        return ""
    return f"{words.share(spread.errors / spread.count)} of requests fail"


def _hub(seen: Snapshot) -> str:
    # A hub that stood still tells of it once, when it goes on. Beside the looks of a minute of all
    # processes that is too few for any percentile.
    late = seen.live.hub_lag.minute.longest_ms
    if late is None or late < HUB_STANDS_STILL_MS:
        return ""
    return f"A hub read {words.milliseconds(late)} late"


def _books(seen: Snapshot) -> str:
    if seen.ledger is None or not seen.ledger.drifting:
        return ""
    return f"The books do not agree at {seen.ledger.drifting} levels"


def _process(seen: Snapshot) -> str:
    missing = missing_processes(seen)
    if not missing:
        return ""
    names = ", ".join(one.name for one in missing)
    verb = "does" if len(missing) == 1 else "do"
    return f"{len(missing)} of {expected(seen)} processes {verb} not report: {names}"


def _beat(seen: Snapshot) -> str:
    if seen.alone or any(one.kind == "beat" and one.reporting for one in seen.processes.each):
        return ""
    return "No beat runs, so nothing is done by the clock"


def _worker(seen: Snapshot) -> str:
    if seen.alone or seen.celery.workers:
        return ""
    return "No worker runs, so nothing is done in the background"


CAPS = (
    Cap(
        "database-away",
        10,
        "the database does not answer",
        "database",
        "Nothing can be read or booked. Start PostgreSQL, or look at the network to it; the end "
        "of its log says why it stopped. Pages come back by themselves.",
        _database,
    ),
    Cap(
        "valkey-away",
        50,
        "Valkey does not answer",
        "redis",
        "Bookings go on; screens follow within a second, tasks wait. Start Valkey: nothing else "
        "has to be restarted.",
        _valkey,
    ),
    Cap(
        "failing",
        50,
        "a quarter of requests fail, of 20 or more",
        "errors",
        "Look at Errors: the newest has the place in the code. If it began with a new version, go "
        "back to the one before.",
        _failing,
    ),
    Cap(
        "hub-stands-still",
        50,
        "a hub reads more than 5 s late",
        "live",
        "Screens show old numbers. Restart the web processes one after the other: pages come back "
        "by themselves and catch up.",
        _hub,
    ),
    Cap(
        "books",
        50,
        "the books do not agree with the ledger",
        "ledger",
        "Somebody wrote past the ledger. Run manage.py check_ledger to see where, and count those "
        "levels before you book on them.",
        _books,
    ),
    Cap(
        "process-missing",
        70,
        "a process that should be there does not report",
        "system",
        "It was killed or hangs. Look at the end of its log, and start it again.",
        _process,
    ),
    Cap(
        "no-worker",
        70,
        "no worker of Celery reports",
        "celery",
        "Start a worker: celery --app config worker. What waits in the queue is done then.",
        _worker,
    ),
    Cap(
        "no-beat",
        70,
        "no beat of Celery reports",
        "celery",
        "Start one, and only one: celery --app config beat. Without it nothing is folded, pruned "
        "or proved, and the cache is not warmed.",
        _beat,
    ),
)
