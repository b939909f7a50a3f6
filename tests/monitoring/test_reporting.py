"""What a process lays down, when Valkey is there, away, and back again."""

import time
from typing import Any

import pytest
import redis

from monitoring import measure
from monitoring.history import History
from monitoring.reporting import ANOTHER_NAME_AFTER_S, Reporter
from monitoring.shelf import MINUTE_S, SLOT_S, Shelf
from monitoring.tally import Tally

# The middle of a minute, so that a few slots on it is still the same.
NOW = time.time() // MINUTE_S * MINUTE_S + 30


def process(shelf: Shelf) -> Reporter:
    return Reporter("web", shelf)


def answered(times: int = 1, seconds: float = 0.01) -> None:
    for _ in range(times):
        measure.took(("http", "stock", "GET", "user"), seconds)


def requests(tally: Tally) -> int:
    times = tally.times.get(("http", "stock", "GET", "user"))
    return times.count if times else 0


class Away:
    """In the place of a connection: nothing arrives."""

    def __getattr__(self, name: str) -> Any:
        raise redis.ConnectionError("away")


def test_what_two_processes_counted_is_added(shelf: Shelf) -> None:
    one, other = process(shelf), process(shelf)
    answered(2)
    one.report(NOW)
    answered(3)
    other.report(NOW)

    found = History(shelf).read(NOW + 1)

    assert requests(found.minute) == requests(found.quarter) == requests(found.hour) == 5
    assert requests(shelf.totals()) == 5


def test_slots_fold_into_their_minute(shelf: Shelf) -> None:
    web = process(shelf)
    for slot in range(3):
        answered()
        web.report(NOW + slot * SLOT_S)

    found = History(shelf).read(NOW + 2 * SLOT_S + 1)

    assert [requests(tally) for tally in found.slots.values() if tally] == [1, 1, 1]
    assert requests(found.hour) == 3


def test_a_time_in_which_nobody_reported_is_not_a_time_without_requests(shelf: Shelf) -> None:
    process(shelf).report(NOW)

    slots = list(History(shelf).read(NOW + 1).slots.values())

    assert slots[-1] is not None
    assert slots[:-1] == [None] * (len(slots) - 1)


def test_what_was_laid_down_twice_counts_once(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that got lost: the process does not know that all of it arrived."""
    web = process(shelf)
    answered()
    put = shelf.put

    def lose_the_answer(delivery: Any) -> bool:
        put(delivery)
        raise redis.TimeoutError("no answer")

    monkeypatch.setattr(shelf, "put", lose_the_answer)
    web.report(NOW)
    monkeypatch.undo()
    web.report(NOW + SLOT_S)

    assert requests(History(shelf).read(NOW + SLOT_S + 1).hour) == 1
    assert requests(shelf.totals()) == 1


def test_two_reports_within_a_slot_are_both_in_it(shelf: Shelf) -> None:
    web = process(shelf)
    answered()
    web.report(NOW)
    answered()
    web.report(NOW + 1)

    assert requests(History(shelf).read(NOW + SLOT_S).minute) == 2


def test_what_was_counted_while_valkey_was_away_is_laid_down_later(shelf: Shelf) -> None:
    web = process(shelf)
    web.report(NOW)
    history = History(shelf)
    history.read(NOW + 1)
    there, shelf.redis = shelf.redis, Away()
    for minute in range(1, 4):
        answered()
        web.report(NOW + minute * MINUTE_S)
    shelf.redis = there
    later = NOW + 4 * MINUTE_S
    assert requests(history.read(later).hour) == 0, "it has believed these minutes to be empty"

    web.report(later)

    found = history.read(later + 1)
    assert requests(found.hour) == requests(shelf.totals()) == 3
    assert [requests(tally) for tally in list(found.minutes.values())[-3:] if tally] == [1, 1, 1]


def test_a_valkey_that_forgot_everything_is_told_the_last_hour_again(shelf: Shelf) -> None:
    web = process(shelf)
    answered()
    web.report(NOW)
    shelf.redis.flushdb()

    web.report(NOW + SLOT_S)
    web.report(NOW + 2 * SLOT_S)

    assert requests(History(shelf).read(NOW + 2 * SLOT_S + 1).minute) == 1
    assert requests(shelf.totals()) == 1


def test_the_totals_of_a_process_that_ended_stay(shelf: Shelf) -> None:
    one, other = process(shelf), process(shelf)
    answered()
    one.report(NOW)
    answered()
    other.report(NOW)
    shelf.goodbye(one.name)

    shelf.fold_totals()
    shelf.fold_totals()

    assert requests(shelf.totals()) == 2
    assert [beat["name"] for beat in shelf.processes()] == [other.name]


def test_a_process_that_was_taken_for_dead_counts_nothing_twice(shelf: Shelf) -> None:
    web = process(shelf)
    answered(2)
    web.report(time.time())
    shelf.forget([web.name])
    shelf.fold_totals()
    answered()

    web.report(time.time() + ANOTHER_NAME_AFTER_S + 1)

    assert requests(shelf.totals()) == 3
    assert [beat["name"] for beat in shelf.processes()] == [web.name]


def test_a_process_that_ends_lays_down_the_last_of_it_and_is_not_missed(shelf: Shelf) -> None:
    web = process(shelf)
    web.report(NOW)
    answered()

    web.stop()

    assert shelf.processes() == []
    assert requests(shelf.totals()) == 1


def test_laying_down_does_not_wait_for_a_valkey_that_is_away(nowhere: None) -> None:
    web = Reporter("web")
    answered()

    began = time.monotonic()
    web.report(NOW)

    assert time.monotonic() - began < 2
    assert requests(Tally.sum(each for each in web.record.slots([int(NOW // 5) - 1]) if each)) == 1
