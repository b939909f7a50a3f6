from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from inventory.models import Location, Operation, StockLevel, StockMovement
from tests.inventory.books import ask, book, on_hand, said


def test_a_repeat_gets_the_first_answer_and_moves_nothing(
    bob: User, flour_level: StockLevel
) -> None:
    sent = ask("receive", 5)
    (first,) = book(sent, by=bob)
    book(ask("receive", 1), by=bob)
    (again,) = book(sent, by=bob)
    assert (again.duplicate, again.quantity, again.version) == (True, 5, first.version)
    assert on_hand() == 6


def test_a_refusal_is_repeated_too_even_when_stock_has_come_since(
    bob: User, flour_level: StockLevel
) -> None:
    sale = ask("sale", 5)
    book(sale, ask("receive", 5), by=bob)
    (again,) = book(sale, by=bob)
    assert (again.duplicate, said([again])) == (True, ["insufficient"])
    assert on_hand() == 5


def test_a_conflict_is_repeated_with_all_it_said(bob: User, flour_level: StockLevel) -> None:
    count = ask("count", 9, base_version=1)
    _, first = book(ask("receive", 5), count, by=bob)
    (again,) = book(count, by=bob)
    assert again.conflict == first.conflict
    assert again.duplicate


def test_a_repeated_move_moves_neither_side(
    alice: User, flour_level: StockLevel, shop: Location
) -> None:
    move = ask("transfer", 2, to_location="SHOP")
    book(ask("receive", 5), move, move, by=alice)
    assert (on_hand(), on_hand(location="SHOP")) == (3, 2)


def test_an_id_twice_in_one_batch_acts_once(bob: User, flour_level: StockLevel) -> None:
    sent = ask("receive", 5)
    answers = book(sent, sent, by=bob)
    assert [answer.duplicate for answer in answers] == [False, True]
    assert (on_hand(), Operation.objects.count()) == (5, 1)


@pytest.mark.parametrize(
    "other", [("receive", 6), ("sale", 5)], ids=["another quantity", "another kind"]
)
def test_an_id_with_other_contents_is_taken_and_tells_nothing_of_the_first(
    other: tuple[str, int], bob: User, flour_level: StockLevel
) -> None:
    id_ = uuid4()
    book(ask("receive", 5, id=id_), by=bob)
    (answer,) = book(ask(*other, id=id_), by=bob)
    assert said([answer]) == ["id_taken"]
    assert (answer.quantity, answer.version, answer.duplicate) == (None, None, False)
    assert StockMovement.objects.count() == 1


def test_an_id_of_another_person_is_taken(alice: User, bob: User, flour_level: StockLevel) -> None:
    sent = ask("receive", 5)
    book(sent, by=bob)
    assert said(book(sent, by=alice)) == ["id_taken"]
