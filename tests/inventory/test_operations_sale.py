import pytest
from django.contrib.auth.models import User

from inventory.models import Location, Product, StockLevel, StockMovement
from tests.inventory.books import ask, book, on_hand, said


@pytest.mark.parametrize("kind", ["sale", "waste"])
def test_what_goes_out_is_taken_away(kind: str, bob: User, flour_level: StockLevel) -> None:
    book(ask("receive", 5), ask(kind, 5), by=bob)
    assert on_hand() == 0


@pytest.mark.parametrize("kind", ["sale", "waste"])
def test_more_than_there_is_is_refused_and_moves_nothing(
    kind: str, bob: User, flour_level: StockLevel
) -> None:
    book(ask("receive", 5), by=bob)
    (answer,) = book(ask(kind, 6), by=bob)
    assert answer.error is not None
    assert answer.error.message == "Only 5 on hand at Warehouse, 6 asked for."
    assert (on_hand(), StockMovement.objects.count()) == (5, 1)


def test_a_sale_of_what_was_never_here_makes_no_level(
    bob: User, flour: Product, warehouse: Location
) -> None:
    assert said(book(ask("sale", 1), by=bob)) == ["insufficient"]
    assert not StockLevel.objects.exists()


def test_a_place_that_may_go_negative_sells_before_the_paper_came(
    bob: User, flour: Product, warehouse: Location
) -> None:
    Location.objects.update(may_go_negative=True)
    assert said(book(ask("sale", 4), by=bob)) == ["applied"]
    assert on_hand() == -4
