"""What the page says of real processes, against the true figures of the same requests."""

import http.client
import json
import math
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitoring.collect import Collector
from monitoring.figures import Spread
from monitoring.latency_table import ENOUGH_FOR_P99, VIEWS, LatencyTable, Row
from monitoring.shelf import Shelf
from monitoring.snapshot import Snapshot
from monitoring.words import NOT_KNOWN
from tests.monitoring.conftest import own_url
from tests.realtime.servers import Served, port, served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

ROUTES = {
    "/login/": "login",
    "/nowhere/": "unmatched",
    "/stock/": "stock",
    "/api/v1/openapi.json": "api:openapi-json",
}
PEOPLE = 8
ROUNDS = 13  # so that each route has a p99
PATIENCE_S = 60
SHARES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with port() as listener:
        yield listener


@pytest.fixture
def serve(
    tmp_path: Path, listener: socket.socket, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Served]]:
    monkeypatch.setenv("RECORD_TO", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", own_url())
    processes: list[Served] = []

    def start() -> Served:
        log = tmp_path / f"{len(processes)}.log"
        processes.append(served(log, "daphne", listener, "tests.monitoring.recorded:application"))
        return processes[-1]

    yield start
    for process in processes:
        process.stop()


def ask(address: tuple[str, int]) -> None:
    """As one person does: some pages over one connection, then the next connection."""
    for _ in range(ROUNDS):
        connection = http.client.HTTPConnection(*address, timeout=PATIENCE_S)
        for path in ROUTES:
            connection.request("GET", path)
            connection.getresponse().read()
        connection.close()


def ask_all(listener: socket.socket) -> None:
    address = listener.getsockname()
    people = [threading.Thread(target=ask, args=(address,)) for _ in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join()


def recorded(folder: Path) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {route: [] for route in ROUTES.values()}
    for file in folder.glob("*.jsonl"):
        for line in file.read_text().splitlines():
            path, seconds = json.loads(line)
            found[ROUTES[path]].append(seconds)
    return found


def until(shelf: Shelf, wanted: Callable[[Snapshot], bool]) -> Snapshot:
    collector = Collector(shelf)
    deadline = time.monotonic() + PATIENCE_S
    while not wanted(snapshot := collector.build()):
        assert time.monotonic() < deadline, snapshot
        time.sleep(0.2)
    return snapshot


def true_ms(seconds: list[float], share: float) -> float:
    return sorted(seconds)[math.ceil(share * len(seconds) - 1e-9) - 1] * 1000


def expect(spread: Spread, seconds: list[float], what: str) -> None:
    assert spread.count == len(seconds), what
    for name, share in SHARES.items():
        said, truth = getattr(spread, name), true_ms(seconds, share)
        print(f"{what:24}{name}: said {said:9.3f}, true {truth:9.3f}, {said / truth - 1:+.1%}")
        assert said == pytest.approx(truth, rel=0.05), f"{what}, {name}"


def expect_on_page(row: Row, seconds: list[float]) -> None:
    """What stands in its cells, to the digit."""
    cells = {cell.label: cell.text for cell in row.cells}
    for name, share in SHARES.items():
        title = name.removesuffix("_ms")
        if title == "p99" and len(seconds) < ENOUGH_FOR_P99:
            assert cells[title] == NOT_KNOWN
            continue
        number, unit = cells[title].split()
        said = float(number) * {"ms": 1, "s": 1000}[unit]
        assert said == pytest.approx(true_ms(seconds, share), rel=0.05), f"{row.route}, {title}"


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_percentiles_are_within_five_per_cent_of_the_truth(
    serve: Callable[[], Served],
    listener: socket.socket,
    shelf: Shelf,
    tmp_path: Path,
    processes: int,
) -> None:
    for _ in range(processes):
        serve()
    until(shelf, lambda snapshot: snapshot.processes.reporting == processes)

    ask_all(listener)

    everything = PEOPLE * ROUNDS * len(ROUTES)
    snapshot = until(shelf, lambda snapshot: snapshot.all.hour.count == everything)
    truth = recorded(tmp_path)
    assert Counter(file.suffix for file in tmp_path.glob("*.jsonl") if file.stat().st_size) == {
        ".jsonl": processes
    }, "every process has answered some of them"
    for row in LatencyTable(snapshot, VIEWS["1h.-p95"]).rows:
        expect_on_page(row, truth[row.route])
    expect(snapshot.all.hour, [each for times in truth.values() for each in times], "all")
    for operation in snapshot.operations:
        expect(operation.windows.hour, truth[operation.route], operation.route)
