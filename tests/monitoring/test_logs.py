"""Lines of the log and what the page shows of errors."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from monitoring import measure
from monitoring.doing import Doing, doing
from monitoring.logs import MOST_ERRORS, JsonLines, RecentErrors


@pytest.fixture(autouse=True)
def request_of_somebody() -> Iterator[None]:
    token = doing.set(Doing("id-of-the-request", route="stock"))
    yield
    doing.reset(token)


def record(message: str, *values: Any, name: str = "inventory.tasks") -> logging.LogRecord:
    exc_info = sys.exc_info() if sys.exc_info()[0] else None
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, values, exc_info)


def failed(message: str, *values: Any, name: str = "inventory.tasks") -> logging.LogRecord:
    try:
        raise ValueError("bob@stock.example has the secret gaffel")
    except ValueError:
        return record(message, *values, name=name)


def test_a_line_is_one_object_that_names_the_request() -> None:
    line = JsonLines().format(record('Nobody sells %s\nor "this"', "bread"))

    assert "\n" not in line
    said = json.loads(line)
    assert said["message"] == 'Nobody sells bread\nor "this"'
    assert said["request_id"] == "id-of-the-request"
    assert said["route"] == "stock"
    assert (said["level"], said["logger"]) == ("ERROR", "inventory.tasks")
    assert said["at"].endswith("+00:00")


def test_a_line_has_the_exception_and_its_trace() -> None:
    said = json.loads(JsonLines().format(failed("It failed.")))

    assert said["exception"] == "ValueError"
    assert "in failed" in said["traceback"]


def test_an_error_is_kept_without_anything_about_a_person() -> None:
    errors = RecentErrors()

    errors.emit(failed("%s could not sell", "bob@stock.example"))

    (kept,) = errors.take()
    assert kept["said"] == "%s could not sell"
    assert kept["exception"] == "ValueError"
    assert kept["where"].startswith("test_logs.py:")
    assert (kept["route"], kept["request_id"]) == ("stock", "id-of-the-request")
    assert "bob" not in json.dumps(kept)
    assert "gaffel" not in json.dumps(kept)


def test_what_others_say_may_have_values_in_it_and_is_left_out() -> None:
    errors = RecentErrors()

    errors.emit(record("bob@stock.example is late", name="some.library"))

    assert errors.take()[0]["said"] == ""


def test_errors_are_counted_and_only_the_last_are_kept() -> None:
    errors = RecentErrors()
    measure.take()

    for number in range(MOST_ERRORS + 5):
        errors.emit(record(f"number {number}"))

    taken = errors.take()
    assert [kept["said"] for kept in taken] == [f"number {n}" for n in range(5, MOST_ERRORS + 5)]
    assert not errors.take()
    assert measure.take().times["logged",].count == MOST_ERRORS + 5


def test_what_could_not_be_told_comes_before_what_came_since() -> None:
    errors = RecentErrors()
    errors.emit(record("first"))
    taken = errors.take()
    errors.emit(record("second"))

    errors.give_back(taken)

    assert [kept["said"] for kept in errors.take()] == ["first", "second"]
