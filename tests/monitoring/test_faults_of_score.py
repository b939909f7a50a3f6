"""For each part of the score the real fault, on real processes: score and cause change, and return.

What is counted over a minute is caused all at once, and a (fast) minute later all of it is over.
The others come and go one by one.
"""

import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple
from uuid import uuid4

import pytest

from config.celery import app
from tests.monitoring.plant import PATIENCE_S, WORKER, Look, Plant

pytestmark = pytest.mark.timeout(240)

COUNTED = {
    "errors": "of requests fail",
    "latency": "Requests take",
    "live": "hubs read .* late|hub read .* late",
    "lines": "lost their line",
    "database": "Statements take|wait for locks",
    "celery": "of tasks fail",
}
LOCK_S = 3.0
WAITING = 8
SCAN = "/api/v1/barcodes/4006381333931"
# A hub that is just due a second later must still be well over what caps the score.
STANDSTILL_S = 8.0
MANY = 800
IN_HAND = 3
CONNECTION_LOST = "Connection to broker lost"


class Counted(NamedTuple):
    """All that was said while it went wrong, and what is said a minute later."""

    during: list[Look]
    after: Look


@pytest.fixture(scope="module")
def counted(plant: Plant) -> Counted:
    plant.until(lambda look: look.score > 0)
    with plant.watched() as during:
        for cause in (fail_tasks, fail_views, hold_a_lock, stand_still, storm):
            cause(plant)
        until = time.monotonic() + PATIENCE_S
        while missed := [part for part, words in COUNTED.items() if not cost(during, words)]:
            assert time.monotonic() < until, (missed, [(one.costs, one.caps) for one in during])
            time.sleep(0.2)
    worst = {words: max(look.cost(words) for look in during) for words in COUNTED.values()}

    def is_over(look: Look) -> bool:
        """Less than half: a busy machine is a little slow at any time."""
        send_tasks(plant, 2)  # who does nothing is judged by the quarter of an hour
        return all(look.cost(words) < worst[words] / 2 for words in COUNTED.values())

    with closing(plant.socket("summary")):  # where no screen is open no hub reads
        after = plant.until(is_over)
    return Counted(during, after)


def cost(looks: list[Look], words: str) -> list[Look]:
    return [look for look in looks if look.cost(words)]


def fail_tasks(plant: Plant) -> None:
    """By an argument that they do not take."""
    send_tasks(plant, 6, 1, 2, 3)


def send_tasks(plant: Plant, times: int, *arguments: int) -> None:
    with app.connection_for_write(plant.valkey.url) as connection:
        for _ in range(times):
            app.send_task(
                "inventory.tasks.fold_location_totals", args=arguments, connection=connection
            )


def fail_views(plant: Plant) -> None:
    """By a table that is not there, and that no hub reads: it would send its screens away."""
    with plant.database() as database:
        database.execute("ALTER TABLE inventory_barcode RENAME TO away")
        assert set(plant.get_many(SCAN, 12)) == {500}
        database.execute("ALTER TABLE away RENAME TO inventory_barcode")
    assert plant.get(SCAN).status_code == 404


def hold_a_lock(plant: Plant) -> None:
    """All statements on products wait for somebody who does not let go."""
    with plant.database(autocommit=False) as database:
        database.execute("LOCK TABLE inventory_stocklevel IN ACCESS EXCLUSIVE MODE")
        letting_go = threading.Timer(LOCK_S, database.commit)
        letting_go.start()
        with ThreadPoolExecutor(WAITING) as pool:
            for _ in range(WAITING):
                pool.submit(count_levels, plant)
            # Nobody has asked for it before, so the cache can't answer.
            assert set(plant.get_many(f"/stock/?q={uuid4().hex}", 8)) == {200}
        letting_go.join()


def count_levels(plant: Plant) -> None:
    with plant.database() as database:
        database.execute("SELECT count(*) FROM inventory_stocklevel")


def stand_still(plant: Plant) -> None:
    """The web process gets no time, as on a machine that swaps."""
    process = plant.web.pid
    os.kill(process, signal.SIGSTOP)
    time.sleep(STANDSTILL_S)
    os.kill(process, signal.SIGCONT)


def storm(plant: Plant) -> None:
    """Screens whose network is gone: without a goodbye of theirs."""
    for wire in [plant.socket("summary") for _ in range(8)]:
        wire.socket.shutdown(socket.SHUT_RDWR)
        wire.socket.close()


@pytest.mark.parametrize("part", COUNTED)
def test_what_was_counted_costs_points_and_is_over_a_minute_later(
    counted: Counted, part: str
) -> None:
    said = cost(counted.during, COUNTED[part])
    assert said
    assert all(look.adds_up for look in said)
    assert counted.after.cost(COUNTED[part]) < max(look.cost(COUNTED[part]) for look in said) / 2
    assert counted.after.adds_up


def test_a_web_process_that_stood_still_is_no_average(counted: Counted) -> None:
    assert any(look.says("A hub read") and look.score <= 50 for look in counted.during)


def test_a_worker_that_is_killed_is_missed_until_another_one_comes(plant: Plant) -> None:
    plant.until_it_costs_nothing("not report|No worker")
    plant.kill_the_worker()
    during = plant.until_it_costs("not report: .*worker")
    assert during.score <= 70
    assert plant.until_it_costs("No worker runs").score <= 70
    plant.worker.run(*WORKER)
    plant.until_it_costs_nothing("not report|No worker")


def test_a_beat_that_is_killed_is_missed_until_another_one_comes(plant: Plant) -> None:
    plant.until_it_costs_nothing("not report|No beat")
    plant.beat.kill()
    assert plant.until_it_costs("not report: .*beat").score <= 70
    assert plant.until_it_costs("No beat runs").score <= 70
    plant.start_beat()
    plant.until_it_costs_nothing("not report|No beat")


def test_tasks_that_nobody_does_cost_points_until_they_are_done(plant: Plant) -> None:

    def is_well(look: Look) -> bool:
        """Only the worst figure of a part is named: none other may be bad."""
        send_tasks(plant, 2)
        return not look.says("tasks fail|tasks wait|not report|No worker")

    plant.until(is_well)
    os.kill(plant.worker.pid, signal.SIGSTOP)
    try:
        send_tasks(plant, MANY)  # so many that the failures of a quarter of an hour are no worse
        plant.until_it_costs("tasks wait for a worker")
    finally:
        os.kill(plant.worker.pid, signal.SIGCONT)
    plant.until_it_costs_nothing("tasks wait|not report")


def test_without_valkey_the_score_is_fifty_at_most_until_it_is_back(plant: Plant) -> None:
    plant.valkey.stop()
    during = plant.until_it_costs("Valkey does not answer")
    assert during.score <= 50
    assert "Only one process." in during.text
    plant.valkey.start()
    plant.until_it_costs_nothing("Valkey does not answer")


def test_a_worker_with_tasks_in_hand_outlives_a_valkey_that_goes_away(plant: Plant) -> None:
    """What it has taken and not begun, it would give back, and there is nobody to give it to."""
    plant.until_it_costs_nothing("not report|No worker")
    with plant.database(autocommit=False) as database:
        database.execute("LOCK TABLE inventory_locationtotaldelta IN SHARE MODE")  # none is done
        before = plant.worker.log.count(" received")
        send_tasks(plant, IN_HAND)
        plant.worker.wait_for(" received", before + IN_HAND)
        lost = plant.worker.log.count(CONNECTION_LOST)
        plant.valkey.stop()
        plant.worker.wait_for(CONNECTION_LOST, lost + 1)
    plant.valkey.start()
    before = plant.worker.log.count(" succeeded")
    send_tasks(plant, IN_HAND)
    plant.worker.wait_for(" succeeded", before + IN_HAND)
    plant.until_it_costs_nothing("not report|No worker")


def test_without_a_database_an_open_page_says_so_until_it_is_back(plant: Plant) -> None:
    """Nobody can be recognised meanwhile, so that no page can be loaded: the socket goes on."""
    wire = plant.socket("monitoring")

    def until(wanted: bool) -> Look:
        until = time.monotonic() + PATIENCE_S
        while (look := plant.next_look(wire)).says("database does not answer") != wanted:
            assert time.monotonic() < until
        return look

    plant.postgres.stop()
    during = until(True)
    assert during.score <= 10
    assert during.word == "poor"
    plant.postgres.start()
    assert until(False).score > during.score
    wire.close()
    until_s = time.monotonic() + PATIENCE_S
    while plant.get("/monitoring/").status_code != 200:
        assert time.monotonic() < until_s
        time.sleep(0.2)


def test_the_log_of_the_web_process_holds_no_fault_of_watching(plant: Plant) -> None:
    log = plant.web.log
    assert "could not be read" not in log
    assert "No snapshot could be built" not in log
