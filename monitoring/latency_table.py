"""The table of operations, and in how many ways it can be looked at: a window, a column, an order.

A closed set, because each way that somebody looks at is drawn anew with every snapshot.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.datastructures import MultiValueDict

from monitoring import words
from monitoring.figures import Spread
from monitoring.panels.panel import GAUGES, Figure, gauged
from monitoring.snapshot import Operation, Snapshot

WINDOWS = {"1m": "1 minute", "15m": "15 minutes", "1h": "1 hour"}
READ: dict[str, Callable[[Operation], Spread]] = {
    "1m": lambda operation: operation.windows.minute,
    "15m": lambda operation: operation.windows.quarter,
    "1h": lambda operation: operation.windows.hour,
}
# The column, and whether its largest comes first when it is chosen.
COLUMNS = {
    "name": False,
    "count": True,
    "errors": True,
    "avg": True,
    "p50": True,
    "p95": True,
    "p99": True,
}


@dataclass(frozen=True, slots=True)
class View:
    window: str = "15m"
    column: str = "p95"
    descending: bool = True

    @property
    def code(self) -> str:
        return f"{self.window}.{self.sort}"

    @property
    def sort(self) -> str:
        return f"-{self.column}" if self.descending else self.column

    @property
    def query(self) -> str:
        return f"?over={self.window}&sort={self.sort}"

    def over(self, window: str) -> "View":
        return View(window, self.column, self.descending)

    def by(self, column: str) -> "View":
        """As a press on the head of a column asks for: again is the other way round."""
        again = column == self.column
        return View(self.window, column, not self.descending if again else COLUMNS[column])


VIEWS = {
    view.code: view
    for window in WINDOWS
    for column in COLUMNS
    for view in (View(window, column, False), View(window, column, True))
}
CODES = frozenset(VIEWS)


def asked(query: MultiValueDict[str, str]) -> View:
    """What an address asks for; the usual view for what is none."""
    usual = View()
    code = f"{query.get('over', usual.window)}.{query.get('sort', usual.sort)}"
    return VIEWS.get(code, usual)


TITLES = {
    "name": "Operation",
    "count": "Times",
    "errors": "Errors",
    "avg": "Average",
    "p50": "p50",
    "p95": "p95",
    "p99": "p99",
}
# The 99th of a hundred is one single request.
ENOUGH_FOR_P99 = 100


@dataclass(frozen=True, slots=True)
class Head:
    column: str
    title: str
    query: str
    order: str
    """What aria-sort says; nothing where the table is not sorted by it."""


@dataclass(frozen=True, slots=True)
class Window:
    title: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    route: str
    method: str
    group: str
    cells: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class LatencyTable:
    """`operations` of one snapshot in one view."""

    snapshot: Snapshot
    view: View

    @property
    def rev(self) -> int:
        return int(self.snapshot.made_at * 1000)

    @property
    def topic(self) -> str:
        return f"operations:{self.view.code}"

    @property
    def over(self) -> str:
        return WINDOWS[self.view.window]

    @property
    def thresholds(self) -> str:
        good, fair, _ = (milliseconds for milliseconds, _ in GAUGES["latency"].curve)
        return (
            f"Up to {words.milliseconds(good)} is good, up to {words.milliseconds(fair)} fair, "
            "above it poor."
        )

    @property
    def heads(self) -> list[Head]:
        order = "descending" if self.view.descending else "ascending"
        return [
            Head(column, title, self.view.by(column).query, order * (column == self.view.column))
            for column, title in TITLES.items()
        ]

    @property
    def windows(self) -> list[Window]:
        return [
            Window(title, self.view.over(window).query, window == self.view.window)
            for window, title in WINDOWS.items()
        ]

    @property
    def rows(self) -> list[Row]:
        read = READ[self.view.window]
        found = [(one, read(one)) for one in self.snapshot.operations]
        return [_row(one, spread) for one, spread in self._sorted(found) if spread.count]

    def _sorted(self, found: Iterable[tuple[Operation, Spread]]) -> list[tuple[Operation, Spread]]:
        """What has no figure comes last, whichever way; equals by name."""
        by_name = sorted(found, key=lambda pair: (pair[0].route, pair[0].method))
        column = self.view.column
        if column == "name":
            return by_name[::-1] if self.view.descending else by_name
        attribute = column if column in {"count", "errors"} else f"{column}_ms"
        sign = -1 if self.view.descending else 1

        def key(pair: tuple[Operation, Spread]) -> Any:
            value = getattr(pair[1], attribute)
            return (value is None, sign * (value or 0))

        return sorted(by_name, key=key)


def _row(operation: Operation, spread: Spread) -> Row:
    p99 = spread.p99_ms if spread.count >= ENOUGH_FOR_P99 else None
    return Row(
        operation.route,
        operation.method,
        "" if operation.group == "user" else operation.group,
        (
            Figure(TITLES["count"], words.count(spread.count)),
            Figure(
                TITLES["errors"],
                words.count(spread.errors),
                tone=gauged("", "errors", spread.errors / spread.count).tone
                if spread.errors
                else "",
            ),
            gauged(TITLES["avg"], "latency", spread.avg_ms, say=words.latency),
            gauged(TITLES["p50"], "latency", spread.p50_ms, say=words.latency),
            gauged(TITLES["p95"], "latency", spread.p95_ms, say=words.latency),
            gauged(TITLES["p99"], "latency", p99, say=words.latency),
        ),
    )
