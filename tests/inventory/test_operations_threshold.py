"""Minimum and maximum of a level: absolute values, decided on from a version that was seen."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from inventory.models import FieldChange, Location, Product, StockLevel, StockMovement
from inventory.operations import Answer
from inventory.operations import Ask as Asked
from tests.inventory.books import ask, book, said


def setting(seen: StockLevel | int, **thresholds: int | None) -> Asked:
    version = seen if isinstance(seen, int) else seen.version
    return ask("threshold", thresholds=thresholds, base_version=version)


def thresholds(level: StockLevel) -> tuple[int | None, int | None]:
    level.refresh_from_db()
    return level.minimum, level.maximum


@pytest.fixture
def seen(flour_level: StockLevel) -> StockLevel:
    flour_level.refresh_from_db()
    return flour_level


def test_it_sets_what_is_said_and_leaves_the_rest(bob: User, seen: StockLevel) -> None:
    version = seen.version
    (first,) = book(setting(seen, minimum=3, maximum=30), by=bob)
    assert (first.status, first.version) == ("applied", version + 1)
    book(setting(version + 1, minimum=None), by=bob)
    assert thresholds(seen) == (None, 30)
    assert seen.version == version + 2
    assert not StockMovement.objects.exists()


def test_the_status_follows_the_new_minimum(bob: User, seen: StockLevel) -> None:
    (received,) = book(ask("receive", 9), by=bob)
    book(setting(received.version or 0, minimum=9), by=bob)
    seen.refresh_from_db()
    assert seen.status == "low"


def test_history_knows_who_set_it(bob: User, seen: StockLevel) -> None:
    book(setting(seen, minimum=3), by=bob)
    change = FieldChange.objects.get()
    assert (change.field, change.before, change.after, change.actor) == ("minimum", None, "3", bob)


def conflict(answers: list[Answer]) -> Any:
    assert said(answers) == ["conflict"]
    return answers[0].conflict


def test_an_edit_that_somebody_overtook_is_a_conflict(
    alice: User, bob: User, seen: StockLevel
) -> None:
    version = seen.version
    book(setting(version, minimum=5), by=alice)
    found = conflict(book(setting(version, minimum=8), by=bob))
    assert found.fields == [{"field": "minimum", "base": None, "yours": 8, "current": 5}]
    assert (found.base, found.yours, found.current) == (None, 8, 5)
    (change,) = found.changes
    assert (change["field"], change["before"], change["after"], change["actor"]) == (
        "minimum", None, 5, "alice",
    )  # fmt: skip
    assert thresholds(seen) == (5, None)


def test_two_who_set_different_ones_are_merged(alice: User, bob: User, seen: StockLevel) -> None:
    version = seen.version
    book(setting(version, minimum=5, maximum=None), by=alice)
    assert said(book(setting(version, minimum=None, maximum=40), by=bob)) == ["applied"]
    assert thresholds(seen) == (5, 40)


def test_two_who_chose_the_same_agree(alice: User, bob: User, seen: StockLevel) -> None:
    version = seen.version
    book(setting(version, minimum=5), by=alice)
    assert said(book(setting(version, minimum=5), by=bob)) == ["applied"]


def test_a_change_that_was_taken_back_is_no_conflict(
    alice: User, bob: User, seen: StockLevel
) -> None:
    version = seen.version
    book(setting(version, minimum=5), by=alice)
    book(setting(version + 1, minimum=None), by=alice)
    assert said(book(setting(version, minimum=8), by=bob)) == ["applied"]


def test_a_sale_meanwhile_is_no_conflict(bob: User, seen: StockLevel) -> None:
    version = seen.version
    book(ask("receive", 9), by=bob)
    assert said(book(setting(version, minimum=8), by=bob)) == ["applied"]


def test_an_edit_by_other_means_is_seen_too(bob: User, seen: StockLevel) -> None:
    version = seen.version
    StockLevel.objects.update(minimum=5)
    assert conflict(book(setting(version, minimum=8), by=bob)).changes[0]["actor"] is None


def test_a_batch_sees_what_it_set_before(bob: User, seen: StockLevel) -> None:
    version = seen.version
    answers = book(
        setting(version, minimum=5),
        setting(version, minimum=8),
        setting(version + 1, minimum=9),
        by=bob,
    )
    assert said(answers) == ["applied", "conflict", "applied"]
    assert thresholds(seen) == (9, None)


def test_the_resolved_value_is_set_on_top_of_what_was_shown(
    alice: User, bob: User, seen: StockLevel
) -> None:
    version = seen.version
    book(setting(version, minimum=5), by=alice)
    (answer,) = book(setting(version, minimum=8), by=bob)
    assert said(book(setting(answer.version or 0, minimum=8), by=bob)) == ["applied"]
    assert thresholds(seen) == (8, None)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"minimum": -1}, {"maximum": 10**13}, {"reserved": 3}, {"minimum": 9, "maximum": 8}],
)
def test_nonsense_is_refused(bob: User, seen: StockLevel, wrong: dict[str, int]) -> None:
    assert said(book(setting(seen, **wrong), by=bob)) == ["bad_thresholds"]
    assert thresholds(seen) == (None, None)


def test_a_minimum_above_the_maximum_that_is_there_is_refused(bob: User, seen: StockLevel) -> None:
    answers = book(setting(seen, maximum=8), setting(seen.version + 1, minimum=9), by=bob)
    assert said(answers) == ["applied", "bad_thresholds"]


def test_it_says_what_was_seen(bob: User, seen: StockLevel) -> None:
    without = ask("threshold", thresholds={"minimum": 3})
    assert said(book(without, setting(99, minimum=3), by=bob)) == [
        "base_version_missing", "bad_base_version",
    ]  # fmt: skip


def test_who_only_looks_sets_nothing(charlie: User, seen: StockLevel) -> None:
    assert said(book(setting(seen, minimum=3), by=charlie)) == ["not_allowed"]


def test_a_minimum_can_come_before_the_first_stock(
    bob: User, flour: Product, warehouse: Location
) -> None:
    assert said(book(setting(0, minimum=3), by=bob)) == ["applied"]
    assert thresholds(StockLevel.objects.get()) == (3, None)


def test_a_threshold_and_a_sale_of_one_batch_are_both_kept(bob: User, seen: StockLevel) -> None:
    answers = book(ask("receive", 9), setting(seen, minimum=3), ask("sale", 2), by=bob)
    assert said(answers) == ["applied"] * 3
    assert [answer.version for answer in answers] == [seen.version + n for n in (1, 2, 3)]
    assert thresholds(seen) == (3, None)
    assert seen.quantity == 7
