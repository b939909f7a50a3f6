import pytest
from django.contrib.auth.models import User

from inventory.models import Location, StockLevel, StockMovement
from tests.inventory.books import ask, assert_books_agree, book, on_hand, said


def test_a_move_takes_here_and_adds_there(
    alice: User, flour_level: StockLevel, shop: Location
) -> None:
    book(ask("receive", 10), ask("transfer", 4, to_location="SHOP"), by=alice)
    assert (on_hand(), on_hand(location="SHOP")) == (6, 4)
    lines = StockMovement.objects.exclude(kind="receive").order_by("pk")
    assert [(line.kind, line.delta) for line in lines] == [("transfer_out", -4), ("transfer_in", 4)]
    assert lines[0].operation_id == lines[1].operation_id
    assert_books_agree()


def test_a_move_of_more_than_there_is_moves_nothing_on_either_side(
    alice: User, flour_level: StockLevel, shop: Location
) -> None:
    assert said(book(ask("transfer", 1, to_location="SHOP"), by=alice)) == ["insufficient"]
    assert not StockMovement.objects.exists()
    assert not StockLevel.objects.filter(location=shop).exists()


@pytest.mark.parametrize("to_location", ["", "WH"])
def test_a_move_to_nowhere_or_to_itself_is_refused(
    to_location: str, alice: User, flour_level: StockLevel
) -> None:
    assert said(book(ask("transfer", 1, to_location=to_location), by=alice)) == ["bad_destination"]


def test_a_move_to_where_one_may_not_write_is_refused_as_if_it_were_not_there(
    bob: User, flour_level: StockLevel, shop: Location
) -> None:
    book(ask("receive", 10), by=bob)
    assert said(book(ask("transfer", 1, to_location="SHOP"), by=bob)) == ["unknown_location"]
    assert on_hand() == 10
