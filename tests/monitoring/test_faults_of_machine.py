"""For what the system stands on the real fault: the score says it, and when it is over.

What requests and processes do wrong is in test_faults_of_score.py.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from monitoring import container
from tests.monitoring.plant import PATIENCE_S, Look, Plant
from tests.soak.house import SKUS
from tests.waiting import until

pytestmark = pytest.mark.timeout(240)

QUIET_PERCENT = 45
MEGABYTE = 1024 * 1024
GROUP_BYTES = 512 * MEGABYTE
DISK_BYTES = 32 * MEGABYTE
READS = 120
EATER = """
import sys, time
open(sys.argv[1], "w").write("0")
eaten = bytearray(int(sys.argv[2]))
eaten[::4096] = b"1" * len(eaten[::4096])
time.sleep(600)
"""


def test_connections_that_are_all_taken_cost_points_until_they_are_given_back(
    plant: Plant,
) -> None:
    with ExitStack() as stack:
        with plant.database() as database:
            row = database.execute("SHOW max_connections").fetchone()
            assert row
            limit = int(row[0])
        for _ in range(int(limit * 0.7)):
            stack.enter_context(plant.database())
        plant.until_it_costs("connections are taken")
    plant.until_it_costs_nothing("connections are taken")


def test_a_slow_valkey_costs_points_until_it_is_quick_again(plant: Plant) -> None:
    with plant.slow_valkey():
        plant.until_it_costs("Valkey answers after")
    plant.until_it_costs_nothing("Valkey answers after")


def test_a_valkey_that_is_nearly_full_costs_points_until_it_has_room(plant: Plant) -> None:
    with plant.redis() as valkey:
        used = int(valkey.info("memory")["used_memory"])
        valkey.config_set("maxmemory", int(used / 0.93))
        plant.until_it_costs("of its memory")
        valkey.config_set("maxmemory", 0)
    plant.until_it_costs_nothing("of its memory")


def test_a_busy_machine_costs_points_until_it_rests(plant: Plant) -> None:
    if psutil.cpu_percent(3) > QUIET_PERCENT:
        pytest.skip("others keep this machine busy: it would not rest")
    burning = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(2 * (os.cpu_count() or 1))
    ]
    try:
        plant.until_it_costs("processors are .* busy")
    finally:
        for one in burning:
            one.kill()
            one.wait()
    plant.until_it_costs_nothing("processors are .* busy")


def test_a_cache_that_throws_out_costs_points_until_it_keeps(plant: Plant) -> None:
    """What it holds is gone before anybody asks for it again, as where it is much too small."""
    with plant.browser() as browser, plant.redis() as valkey:
        for number in range(READS):
            assert read_past_no_look(browser, number) == "miss"
            valkey.unlink(*valkey.keys("liveshelf:cached:*"))
        plant.until_it_costs("The cache answers .* of reads")

        def is_well(look: Look) -> bool:
            for number in range(READS):
                read(browser, number)
            return not look.says("The cache answers")

        assert plant.until(is_well).adds_up


def read_past_no_look(browser: httpx.Client, number: int) -> str:
    """Where nobody has looked for changes of late, and the look takes its time, then again."""

    def outcome() -> str:
        said = read(browser, number)
        return "" if said == "bypass" else said

    return until(outcome, "a look for changes", PATIENCE_S)


def read(browser: httpx.Client, number: int) -> str:
    """Slows down where it is told to: on a quick machine it asks for more than it may."""
    path = f"/api/v1/products/{SKUS[number % len(SKUS)]}"
    while (answer := browser.get(path)).status_code == 429:
        time.sleep(int(answer.headers["Retry-After"]))
    assert answer.status_code == 200
    return answer.headers["X-Cache"]


def test_a_full_disk_costs_points_until_there_is_room(plant: Plant) -> None:
    with small_disk(plant.disk):
        filler = plant.disk / "filler"
        filler.write_bytes(bytes(int(DISK_BYTES * 0.95)))
        plant.until_it_costs("The disk is .* full")
        filler.unlink()
        plant.until_it_costs_nothing("The disk is")


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "liveshelf-test", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"A SMALL DISK CAN'T BE MOUNTED HERE, SO NONE IS FILLED: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_memory_that_is_eaten_costs_points_until_it_is_given_back(plant: Plant) -> None:
    with memory_group(plant) as group:
        taken = int(GROUP_BYTES * 0.86)
        where = str(group / "cgroup.procs")
        eater = subprocess.Popen([sys.executable, "-c", EATER, where, str(taken)])
        try:
            plant.until_it_costs("of memory is used")
        finally:
            eater.kill()
            eater.wait()
        plant.until_it_costs_nothing("of memory is used")


@contextmanager
def memory_group(plant: Plant) -> Iterator[Path]:
    """A container of all its processes, with little memory."""
    parent = container.ROOT / "memory"
    limit = "memory.limit_in_bytes" if parent.exists() else "memory.max"
    group = (parent if parent.exists() else container.ROOT) / f"liveshelf-{os.getpid()}"
    try:
        group.mkdir()
        (group / limit).write_text(str(GROUP_BYTES))
    except OSError as fault:
        pytest.skip(f"NO GROUP WITH LITTLE MEMORY CAN BE MADE HERE, SO NONE IS EATEN: {fault}")
    came_from = container.folder("memory" if parent.exists() else "")
    try:
        for pid in plant.everybody():
            (group / "cgroup.procs").write_text(str(pid))
        yield group
    finally:
        for member in (group / "cgroup.procs").read_text().split():
            (came_from / "cgroup.procs").write_text(member)
        group.rmdir()
