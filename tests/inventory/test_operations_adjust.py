from django.contrib.auth.models import User

from inventory.models import StockLevel
from tests.inventory.books import ask, book, on_hand, said


def test_an_adjustment_goes_both_ways(bob: User, flour_level: StockLevel) -> None:
    book(ask("adjust", 9), ask("adjust", -2), by=bob)
    assert on_hand() == 7


def test_an_adjustment_below_nothing_is_refused(bob: User, flour_level: StockLevel) -> None:
    assert said(book(ask("adjust", 2), ask("adjust", -3), by=bob)) == ["applied", "insufficient"]
    assert on_hand() == 2


def test_an_adjustment_by_nothing_is_refused(bob: User, flour_level: StockLevel) -> None:
    assert said(book(ask("adjust", 0), by=bob)) == ["bad_quantity"]
