"""What the database is asked for live delivery: as much for a thousand browsers as for one."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.db import connection

from tests.benchmarks.contenders import Contender, our_server
from tests.benchmarks.house import PLACES, browsers, pace, receive, stopping
from tests.benchmarks.table import Line

CROWDS = (1, 100, 1_000)
CHANGES_A_SECOND = 20
WINDOW_S = 4.0
ROUNDS = 3
FLAT = 1.2
# PostgreSQL's processes report once a second what they did.
REPORTED_WITHIN_S = 1.5


def measure() -> Iterator[Line]:
    """Statements a second of everybody, less those of the writer alone."""
    writer = median(_statements() for _ in range(ROUNDS))
    server = our_server("Daphne")
    asked: dict[int, float] = {}
    with stopping(server):
        crowd = Contender(server, 0, PLACES, ours=True)
        with stopping(crowd):
            for count in CROWDS:
                crowd.join(browsers(count - crowd.crowd.ask(do="size"), PLACES))
                asked[count] = median(_statements() for _ in range(ROUNDS)) - writer
    one = asked[CROWDS[0]]
    for count in CROWDS[1:]:
        yield Line(
            f"statements/s for live delivery, {count:,} browsers, 20 changes/s, against 1 browser",
            asked[count],
            one,
            asked[count] / one,
            FLAT,
        )


def _statements() -> float:
    """Each of the hub's statements is a transaction of its own."""
    before = _transactions()
    for number in pace(CHANGES_A_SECOND, WINDOW_S):
        receive(number % PLACES)
    return (_transactions() - before) / WINDOW_S


def _transactions() -> int:
    time.sleep(REPORTED_WITHIN_S)
    with connection.cursor() as database:
        database.execute("SELECT pg_stat_force_next_flush()")
        database.execute("SELECT pg_stat_clear_snapshot()")
        database.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        )
        row: Any = database.fetchone()
    return int(row[0])
