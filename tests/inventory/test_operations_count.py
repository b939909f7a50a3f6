from django.contrib.auth.models import User

from inventory.models import Location, Product, StockLevel, StockMovement
from tests.inventory.books import ask, book, on_hand, said


def test_a_count_sets_what_was_found_and_when(bob: User, flour_level: StockLevel) -> None:
    (received,) = book(ask("receive", 10), by=bob)
    (counted,) = book(ask("count", 8, base_version=received.version), by=bob)
    flour_level.refresh_from_db()
    assert (counted.quantity, flour_level.quantity) == (8, 8)
    assert flour_level.last_counted_at is not None
    assert StockMovement.objects.get(kind="count").delta == -2


def test_a_count_that_finds_what_was_known_raises_the_version(
    bob: User, flour_level: StockLevel
) -> None:
    (counted,) = book(ask("count", 0, base_version=flour_level.version), by=bob)
    assert counted.version == flour_level.version + 1


def test_a_count_of_what_moved_meanwhile_is_a_conflict_that_tells_what_happened(
    bob: User, flour_level: StockLevel
) -> None:
    (seen,) = book(ask("receive", 10), by=bob)
    book(ask("sale", 3), by=bob)
    (answer,) = book(ask("count", 9, base_version=seen.version), by=bob)
    assert answer.status == "conflict"
    assert answer.conflict is not None
    assert (answer.conflict.base, answer.conflict.yours, answer.conflict.current) == (10, 9, 7)
    assert [(m["kind"], m["delta"], m["actor"]) for m in answer.conflict.movements] == [
        ("sale", -3, "bob")
    ]
    assert on_hand() == 7


def test_a_new_minimum_is_no_reason_for_a_conflict(bob: User, flour_level: StockLevel) -> None:
    (seen,) = book(ask("receive", 10), by=bob)
    StockLevel.objects.update(minimum=3)
    assert said(book(ask("count", 9, base_version=seen.version), by=bob)) == ["applied"]


def test_a_count_sees_what_its_own_batch_moved_before(bob: User, flour_level: StockLevel) -> None:
    answers = book(ask("receive", 4), ask("count", 4, base_version=1), by=bob)
    assert said(answers) == ["applied", "conflict"]


def test_a_version_from_the_future_is_refused(bob: User, flour_level: StockLevel) -> None:
    assert said(book(ask("count", 4, base_version=99), by=bob)) == ["bad_base_version"]


def test_a_count_without_what_was_seen_is_refused(bob: User, flour_level: StockLevel) -> None:
    assert said(book(ask("count", 4), by=bob)) == ["base_version_missing"]


def test_a_first_count_makes_the_level(bob: User, flour: Product, warehouse: Location) -> None:
    assert said(book(ask("count", 4, base_version=0), by=bob)) == ["applied"]
    assert on_hand() == 4
