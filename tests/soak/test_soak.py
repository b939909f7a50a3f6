"""The short forms of `make soak`: the same runs, in seconds."""

import random

import pytest

from tests.soak import kills, last_unit, parallel, stale
from tests.soak.rig import Rig

CLIENTS = 32


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


def test_nobody_is_shown_less_than_was_answered_whatever_happens_to_valkey(
    rig: Rig, seed: int
) -> None:
    report = stale.run(rig, seed, seconds=20)

    assert not report.faults, report
