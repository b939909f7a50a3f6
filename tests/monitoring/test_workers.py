"""A real worker: its processes report, its tasks are timed and know who asked for them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import celery_app
from inventory.tasks import prune
from monitoring.collect import Collector
from monitoring.doing import Doing, doing
from monitoring.shelf import Shelf
from monitoring.snapshot import Snapshot
from monitoring.workers import HEADER, name_the_request
from tests.browser.processes import Process
from tests.monitoring.conftest import own_url

PATIENCE_S = 60


@pytest.fixture
def worker(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[Process]:
    monkeypatch.setenv("REDIS_URL", own_url())
    process = Process(tmp_path / "worker.log")
    process.run("-m", "celery", "--app", "config", "worker", "-c", "1", "-l", "INFO")
    yield process
    process.stop()


def until(shelf: Shelf, wanted: Callable[[Snapshot], object]) -> Snapshot:
    collector = Collector(shelf)
    deadline = time.monotonic() + PATIENCE_S
    while not wanted(snapshot := collector.build()):
        assert time.monotonic() < deadline, snapshot
        time.sleep(0.2)
    return snapshot


def test_a_task_is_timed_and_logged_by_the_request_that_asked_for_it(
    worker: Process, shelf: Shelf
) -> None:
    until(shelf, lambda snapshot: snapshot.celery.workers == 1)
    token = doing.set(Doing("id-of-the-request"))
    try:
        with celery_app.connection_for_write(own_url()) as broker:
            celery_app.send_task(prune.name, connection=broker)
    finally:
        doing.reset(token)

    found = until(shelf, lambda snapshot: snapshot.celery.all.hour.count)

    (task,) = found.celery.tasks
    assert (task.name, task.windows.hour.errors) == ("inventory.tasks.prune", 0)
    assert {each.kind for each in found.processes.each} == {"worker", "pool"}
    assert {each.route for each in found.statements.routes} >= {"inventory.tasks.prune"}
    assert any(
        "[id-of-the-request]" in line and "succeeded" in line for line in worker.log.splitlines()
    ), worker.log


def test_a_worker_that_ends_is_not_missed(worker: Process, shelf: Shelf) -> None:
    until(shelf, lambda snapshot: snapshot.processes.reporting == 2)

    worker.stop()

    found = Collector(shelf).build().processes
    assert found.expected == 0, found


def test_a_task_that_a_task_asks_for_has_the_same_id() -> None:
    token = doing.set(Doing("id-of-the-request"))
    try:
        headers = {"id": "of the task"}
        name_the_request(headers=headers)
        named: dict[str, str] = {HEADER: "named before"}
        name_the_request(headers=named)
    finally:
        doing.reset(token)

    assert headers == {"id": "of the task", HEADER: "id-of-the-request"}
    assert named == {HEADER: "named before"}


def test_nobody_is_named_where_nobody_asked() -> None:
    headers: dict[str, str] = {}

    name_the_request(headers=headers)

    assert not headers
