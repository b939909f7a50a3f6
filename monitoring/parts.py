"""What the score is made of: its parts, their weights, and the curve of each figure.

The weights are our judgement, in this order: what people feel, what they would feel next, what
only we see. The page prints this table; docs/monitoring.md has the sources of the edges.
"""

from monitoring import readings, words
from monitoring.health import Gauge, Part

PARTS = (
    Part(
        "errors",
        "Requests that fail",
        20,
        (
            Gauge(
                "errors",
                "Failed requests",
                ((0.0, 1.0), (0.01, 0.5), (0.05, 0.0)),
                words.share,
                "{} of requests fail",
                "operations",
                "Look at Errors: the newest has the place in the code. If it began with a new "
                "version, go back to the one before.",
                readings.errors,
            ),
        ),
    ),
    Part(
        "latency",
        "Latency of requests",
        15,
        (
            Gauge(
                "latency",
                "Requests, p95",
                ((300.0, 1.0), (1000.0, 0.5), (3000.0, 0.0)),
                words.milliseconds,
                "Requests take {} at p95",
                "operations",
                "Sort Latency by p95 to see which operation is slow, then look whether Database "
                "or System is slow too.",
                readings.latency,
            ),
        ),
    ),
    Part(
        "live",
        "From commit to screen",
        20,
        (
            Gauge(
                "commit-to-send",
                "Commit to screen, p95",
                ((100.0, 1.0), (500.0, 0.5), (2000.0, 0.0)),
                words.milliseconds,
                "Commit to screen takes {} at p95",
                "live",
                "If Valkey is well, the web processes have too much to do: start one more.",
                readings.commit_to_send,
            ),
            Gauge(
                "hub-lag",
                "Hubs late, p95",
                ((100.0, 1.0), (1000.0, 0.5), (3000.0, 0.0)),
                words.milliseconds,
                "The hubs read {} late at p95",
                "live",
                "A slow database or a busy web process holds them up: see Database and System.",
                readings.hub_lag,
            ),
        ),
    ),
    Part(
        "lines",
        "Lines that hold",
        10,
        (
            Gauge(
                "lost-lines",
                "Lines lost in a minute, of all",
                ((0.05, 1.0), (0.2, 0.5), (0.5, 0.0)),
                words.share,
                "{} of screens lost their line within a minute",
                "live",
                "If it is one place, look at its network; if all, at the proxy in front and at "
                "restarts of the web processes.",
                readings.lost_lines,
            ),
        ),
    ),
    Part(
        "database",
        "Database",
        10,
        (
            Gauge(
                "statements",
                "Statements, p95",
                ((25.0, 1.0), (250.0, 0.5), (1000.0, 0.0)),
                words.milliseconds,
                "Statements take {} at p95",
                "database",
                "The slowest statements stand in the panel. If all are slow, look for locks, for "
                "a long transaction and at the disk.",
                readings.statements,
            ),
            Gauge(
                "locks",
                "Waiting for locks",
                ((0.0, 1.0), (5.0, 0.5), (20.0, 0.0)),
                words.count,
                "{} connections wait for locks",
                "database",
                "Find who holds them in pg_stat_activity and end that connection with "
                "pg_terminate_backend.",
                readings.waiting,
            ),
            Gauge(
                "transaction",
                "Longest transaction",
                ((10.0, 1.0), (60.0, 0.5), (300.0, 0.0)),
                words.duration,
                "A transaction has been open for {}",
                "database",
                "It holds back clean-up and every live read: find it in pg_stat_activity, and end "
                "it if nobody needs it.",
                readings.transaction,
            ),
            Gauge(
                "connections",
                "Connections in use",
                ((0.7, 1.0), (0.9, 0.5), (1.0, 0.0)),
                words.share,
                "{} of the database's connections are taken",
                "database",
                "Raise max_connections, or run fewer processes: each keeps up to 20.",
                readings.connections,
            ),
        ),
    ),
    Part(
        "cache",
        "Cache",
        5,
        (
            Gauge(
                "hits",
                "Hit rate",
                ((0.3, 0.0), (0.7, 0.5), (0.9, 1.0)),
                words.share,
                "The cache answers {} of reads",
                "cache",
                "After a restart it is cold for a minute. If it stays so, look which cache "
                "misses, and whether it is at its limit.",
                readings.hits,
            ),
        ),
    ),
    Part(
        "redis",
        "Valkey",
        5,
        (
            Gauge(
                "ping",
                "PING",
                ((5.0, 1.0), (50.0, 0.5), (250.0, 0.0)),
                words.milliseconds,
                "Valkey answers after {}",
                "redis",
                "Its machine is busy or swaps; look at System and at its slow log.",
                readings.ping,
            ),
            Gauge(
                "redis-memory",
                "Memory of its limit",
                ((0.75, 1.0), (0.9, 0.5), (1.0, 0.0)),
                words.share,
                "Valkey has used {} of its memory",
                "redis",
                "Raise maxmemory. The queue of tasks lives there too, so nothing may be thrown "
                "out blindly.",
                readings.memory_of_redis,
            ),
        ),
    ),
    Part(
        "celery",
        "Background tasks",
        5,
        (
            Gauge(
                "queued",
                "Tasks that wait",
                ((20.0, 1.0), (100.0, 0.5), (1000.0, 0.0)),
                words.count,
                "{} tasks wait for a worker",
                "celery",
                "Is a worker running? If so, start one more.",
                readings.queued,
            ),
            Gauge(
                "failed-tasks",
                "Failed tasks",
                ((0.0, 1.0), (0.05, 0.5), (0.25, 0.0)),
                words.share,
                "{} of tasks fail",
                "celery",
                "Look at Errors: the newest has the place in the code.",
                readings.failed_tasks,
            ),
            Gauge(
                "beat",
                "Since beat sent a task",
                ((30.0, 1.0), (120.0, 0.5), (600.0, 0.0)),
                words.duration,
                "Beat sent its last task {} ago",
                "celery",
                "Restart beat: without it nothing is folded, pruned or proved.",
                readings.beat,
            ),
        ),
    ),
    Part(
        "processes",
        "Processes",
        5,
        (
            Gauge(
                "missing",
                "Processes that do not report",
                ((0.0, 1.0), (0.25, 0.5), (0.5, 0.0)),
                words.share,
                "{} of processes do not report",
                "system",
                "Start what is missing, and read the end of its log.",
                readings.missing,
            ),
        ),
    ),
    Part(
        "system",
        "Machine",
        5,
        (
            Gauge(
                "processor",
                "Processor",
                ((0.7, 1.0), (0.9, 0.5), (1.0, 0.0)),
                words.share,
                "The processors are {} busy",
                "system",
                "See which process takes most; a second machine takes half.",
                readings.processor,
            ),
            Gauge(
                "memory",
                "Memory",
                ((0.8, 1.0), (0.95, 0.5), (1.0, 0.0)),
                words.share,
                "{} of memory is used",
                "system",
                "See which process takes most, and restart that one first.",
                readings.memory,
            ),
            Gauge(
                "disk",
                "Disk",
                ((0.8, 1.0), (0.9, 0.5), (0.98, 0.0)),
                words.share,
                "The disk is {} full",
                "system",
                "Make room before it is full: PostgreSQL stops when it cannot write.",
                readings.disk,
            ),
        ),
    ),
)
