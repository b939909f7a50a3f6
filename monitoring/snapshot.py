"""What one look at the system holds: only data, made by `collect.py`, shown by the page.

A value that could not be read is None, never 0, and `Snapshot.why` says why. Times are Unix
seconds, durations milliseconds (`_ms`) or seconds (`_s`), sizes bytes, rates a second (`_per_s`),
ratios 0 to 1.
"""

from dataclasses import dataclass, field
from typing import Literal

from monitoring.figures import Hits, Series, Windows

Kind = Literal["web", "worker", "pool", "beat"]
"""`worker` is Celery's main process, `pool` one of those that it does its tasks in."""

Group = Literal["user", "static", "probe", "monitoring"]
"""Only `user` operations count in totals, charts and score: the others have rows of their own."""


@dataclass(frozen=True, slots=True)
class Process:
    name: str  # unique: kind, host, pid and a random part
    kind: Kind
    host: str
    pid: int
    started_at: float
    heard_at: float  # its last heartbeat
    reporting: bool  # False: it neither said goodbye nor was heard of for HEARD_WITHIN_S
    memory_bytes: int | None
    cpu_ratio: float | None  # of one core, since its heartbeat before
    lost: int  # observations that it had no room for while Valkey was away


@dataclass(frozen=True, slots=True)
class Processes:
    expected: int  # reporting, or missed (missed.py) for less than EXPECTED_FOR_S
    reporting: int
    each: tuple[Process, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """A route, or "unmatched"; a method, or "OTHER"."""

    route: str
    method: str
    group: Group
    windows: Windows


@dataclass(frozen=True, slots=True)
class NamedCache:
    name: str
    answered: Hits
    size: int | None  # entries
    limit: int | None  # entries
    lifetime_s: float | None


@dataclass(frozen=True, slots=True)
class RouteHits:
    route: str
    cache: str
    answered: Hits


@dataclass(frozen=True, slots=True)
class Cache:
    all: Hits
    caches: tuple[NamedCache, ...]
    routes: tuple[RouteHits, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    code: str  # of WebSocket, or "other"
    count: int  # in 15 minutes


@dataclass(frozen=True, slots=True)
class Live:
    browsers: int  # sockets now, of all processes
    topics: int  # that somebody has now, added over the processes
    opened: int  # in 15 minutes, as all counts here
    frames_per_s: float  # over the last minute
    bytes_per_s: float
    commit_to_send: Windows  # docs/monitoring.md says from where to where
    hub_lag: Windows  # how late the hubs read, against when they were due
    hellos: int
    resumes: int  # hellos that had missed something and got it
    resets: int  # told to load the page again
    refused: int  # topics
    turned_away: int  # 4429
    dropped: int  # 4408
    closed: tuple[Closed, ...]
    lost: int  # in the last minute: ended without a goodbye, dropped or turned away


@dataclass(frozen=True, slots=True)
class Statement:
    """A shape of SQL: what differs from call to call is left out of its text, values too."""

    shape: str
    text: str
    windows: Windows


@dataclass(frozen=True, slots=True)
class RouteStatements:
    route: str
    windows: Windows


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    dead_rows: int
    live_rows: int
    vacuumed_at: float | None  # None: never


@dataclass(frozen=True, slots=True)
class Database:
    """What PostgreSQL says of itself."""

    answer_ms: float  # of `SELECT 1` on an open connection
    connections: int
    connection_limit: int
    longest_transaction_s: float | None  # None: no other transaction is open
    waiting_for_locks: int
    cache_hit_ratio: float | None  # since its statistics began
    deadlocks: int  # since its statistics began
    size_bytes: int
    most_dead: tuple[Table, ...]  # the three tables with the most dead rows


@dataclass(frozen=True, slots=True)
class Pools:
    """Of the web processes' database connections, added."""

    size: int
    free: int
    waiting: int  # requests that wait for one now
    waited: int  # requests that had to wait, since the processes began
    timeouts: int


@dataclass(frozen=True, slots=True)
class Statements:
    """By our own timing, in Django's connections and the hub's."""

    all: Windows
    slowest: tuple[Statement, ...]  # by p95 of 15 minutes, at most ten
    routes: tuple[RouteStatements, ...]  # by time spent in 15 minutes, at most ten


@dataclass(frozen=True, slots=True)
class Redis:
    version: str
    answer_ms: float  # of PING
    used_bytes: int
    limit_bytes: int | None  # None: no limit is set
    peak_bytes: int
    policy: str
    clients: int
    evicted: int  # since it began
    expired: int
    started_at: float
    keys: int


@dataclass(frozen=True, slots=True)
class Task:
    name: str
    windows: Windows


@dataclass(frozen=True, slots=True)
class Celery:
    workers: int  # main processes that report
    queued: int | None  # messages that no worker has taken
    all: Windows
    tasks: tuple[Task, ...]
    beat_at: float | None  # when beat last sent a task; None: no beat reports
    retried: int  # in 15 minutes


@dataclass(frozen=True, slots=True)
class System:
    """Of the machine or container that the collector runs in."""

    host: str
    cores: float
    cpu_ratio: float | None  # of all cores; None at the first look
    load: tuple[float, float, float]  # 1, 5 and 15 minutes
    memory_used_bytes: int
    memory_limit_bytes: int
    disk_used_bytes: int
    disk_limit_bytes: int


@dataclass(frozen=True, slots=True)
class Error:
    """Something that was logged as an error. No message with values in it, so no personal data."""

    at: float
    process: str
    logger: str
    level: str
    said: str  # the text before its values were filled in
    exception: str  # its class, "" without one
    where: str  # file and line of ours that raised it
    route: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Errors:
    logged: Windows  # only the counts mean something
    recent: tuple[Error, ...]  # newest first, at most 50


@dataclass(frozen=True, slots=True)
class Ledger:
    """The last proof of the books. None everywhere: there was none yet."""

    ended_at: float | None
    took_s: float | None
    levels: int | None
    drifting: int | None  # 0 is right
    first_drift: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What watching costs."""

    build_ms: float
    flush_ms: float | None  # median of the processes' last ones
    built_by: str  # name of the process


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything. A part that could not be read is None: ask `why`."""

    made_at: float
    alone: bool  # only of the process that answers: Valkey is away
    cost: Cost
    processes: Processes
    operations: tuple[Operation, ...]
    all: Windows  # user operations together
    series: Series
    cache: Cache
    live: Live
    statements: Statements
    celery: Celery
    errors: Errors
    database: Database | None
    pools: Pools | None
    redis: Redis | None
    system: System | None
    ledger: Ledger | None
    unread: dict[str, str] = field(default_factory=dict)
    """Why something is None, by its path: "database", "celery.queued"."""

    def why(self, path: str) -> str:
        """The reason for a part, or for the part that it belongs to; "" where it was read."""
        while path:
            if path in self.unread:
                return self.unread[path]
            path = path.rpartition(".")[0]
        return ""
