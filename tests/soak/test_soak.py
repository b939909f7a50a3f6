"""The short forms of `make soak`: the same runs, in seconds."""

import random

import pytest

from tests.soak import kills, last_unit, memory, parallel, restart, stale
from tests.soak.rig import Rig

CLIENTS = 32
PAGES = 60


@pytest.fixture
def seed() -> int:
    return random.SystemRandom().randrange(10**6)


def test_what_a_crowd_was_told_is_in_the_ledger_once(rig: Rig, seed: int) -> None:
    report = parallel.run(rig, seed, clients=CLIENTS, operations=300)

    assert not report.faults, report


@pytest.mark.parametrize("victim", kills.VICTIMS)
def test_a_kill_loses_nothing_that_was_acknowledged(rig: Rig, seed: int, victim: str) -> None:
    report = kills.run(rig, seed, victim, times=1, clients=CLIENTS, operations=150)

    assert not report.faults, report


def test_of_fifty_buyers_of_the_last_unit_one_gets_it(rig: Rig, seed: int) -> None:
    report = last_unit.run(rig, seed, rounds=1)

    assert not report.faults, report


@pytest.mark.timeout(400)  # two restarts, and what a busy machine makes of them
def test_all_pages_come_back_to_a_server_that_was_started_again(
    production_rig: Rig, seed: int
) -> None:
    for report in restart.run(production_rig, seed, clients=PAGES, steady_s=0):
        assert not report.faults, report


def test_the_memory_of_a_server_is_watched_while_pages_come_and_go(
    production_rig: Rig, seed: int
) -> None:
    """How it rises, so short a time can't say: that is for the long form and test_slope.py."""
    report = memory.run(production_rig, seed, pages=PAGES, seconds=15, warm_up_s=1)

    figures = report.figures
    assert figures["pages open at the end"] == PAGES, report
    assert int(figures["pages that came and went"]) > memory.COME_AND_GO, report
    assert int(figures["samples"]) > 5, report


def test_nobody_is_shown_less_than_was_answered_whatever_happens_to_valkey(
    rig: Rig, seed: int
) -> None:
    report = stale.run(rig, seed, seconds=20)

    assert not report.faults, report
