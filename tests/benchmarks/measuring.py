"""What measuring costs: the same small views with it and without, in turns, in one process.

Without a server around it, so that what is measured is a larger part than it is in life. CPU time,
which a busy machine disturbs less than a clock on the wall.
"""

import asyncio
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.db.backends.signals import connection_created

from monitoring import measure as counting
from monitoring import statements
from monitoring.asgi import Handler, Measured
from monitoring.collect import Collector
from monitoring.reporting import Reporter
from monitoring.shelf import SLOT_S, Shelf
from tests.benchmarks.house import browsers, without_limits
from tests.benchmarks.table import Line

ROUNDS = 150
REQUESTS = 10
WARM_UP = 50
BOUND = 1.03
# The smallest there is, and the smallest that somebody uses.
VIEWS = {"/healthz": "a view that does nothing", "/api/v1/locations?limit=1": "a small API call"}
FLUSHES = 15
BUILDS = 9


def measure() -> Iterator[Line]:
    cookie = browsers(1, 1)[0]["cookie"].encode()
    turns = (Measured(Handler(), None), True), (ASGIHandler(), False)
    with without_limits(), asyncio.Runner() as runner:
        for path, what in VIEWS.items():
            for application, is_measured in turns:
                runner.run(_cost_us(application, path, cookie, WARM_UP, is_measured=is_measured))
            rounds = [
                [
                    runner.run(_cost_us(each, path, cookie, REQUESTS, is_measured=is_measured))
                    for each, is_measured in turns
                ]
                for _ in range(ROUNDS)
            ]
            yield Line(
                f"CPU us per request of {what}, measured against not",
                median(each[0] for each in rounds),
                median(each[1] for each in rounds),
                median(each[0] / each[1] for each in rounds),
                BOUND,
            )
    statements.install()
    yield from _flush()
    yield _build()


async def _cost_us(
    application: Any, path: str, cookie: bytes, times: int, *, is_measured: bool
) -> float:
    if is_measured:
        statements.install()
    else:
        connection_created.disconnect(dispatch_uid="monitoring.statements")
    began = time.process_time()
    for _ in range(times):
        await _ask(application, path, cookie)
    return (time.process_time() - began) * 1e6 / times


async def _ask(application: Any, path: str, cookie: bytes) -> None:
    path, _, query = path.partition("?")
    asked = [{"type": "http.request", "body": b"", "more_body": False}]
    statuses: list[int] = []

    async def receive() -> Any:
        return asked.pop() if asked else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if "status" in message:
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), (b"cookie", cookie)],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "scheme": "http",
    }
    await application(scope, receive, send)
    assert statuses == [200], f"{path}: {statuses}"


def _flush() -> Iterator[Line]:
    """A busy process: 40 routes, 150 shapes of statements, 1,000 requests in five seconds."""
    web = Reporter("web")
    costs = []
    for flush in range(FLUSHES):
        for number in range(1_000):
            seconds = 0.002 * (1 + number % 50)
            counting.took(("http", f"route{number % 40}", "GET", "user"), seconds)
            counting.took(("sql", f"shape{number % 150}"), seconds / 9)
            counting.took(("sql of", f"route{number % 40}"), seconds / 9)
        began = time.process_time()
        web.report(time.time() + flush * SLOT_S)
        costs.append((time.process_time() - began) * 1000)
    web.stop()
    cost = median(costs)
    yield Line("CPU ms to lay down what five busy seconds counted", cost, 5_000, cost / 5_000, None)


def _build() -> Line:
    collector = Collector(Shelf())
    costs = []
    for _ in range(BUILDS):
        began = time.process_time()
        collector.build()
        costs.append((time.process_time() - began) * 1000)
    cost = median(costs)
    return Line(
        "CPU ms to build a snapshot, in five seconds somewhere", cost, 5_000, cost / 5_000, None
    )
