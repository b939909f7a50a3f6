from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from inventory.models import Location, Product, Source, StockLevel, StockMovement
from tests.inventory.books import ask, book, on_hand, said


@pytest.mark.parametrize("kind", ["receive", "production", "return"])
def test_what_comes_in_is_added_to_what_is_there(
    kind: str, bob: User, flour_level: StockLevel
) -> None:
    first, second = book(ask(kind, 5), ask(kind, 7), by=bob)
    assert (first.quantity, second.quantity) == (5, 12)
    assert on_hand() == 12


def test_a_receipt_of_what_was_never_here_makes_its_level(
    bob: User, flour: Product, warehouse: Location
) -> None:
    (answer,) = book(ask("receive", 3), by=bob)
    level = StockLevel.objects.get(product=flour, location=warehouse)
    assert (level.quantity, level.version) == (3, answer.version)


def test_the_ledger_keeps_all_that_was_said(bob: User, flour_level: StockLevel) -> None:
    sent = ask("receive", 3, reason="late", reference="PO-7", unit_price=Decimal("1.2345"))
    book(sent, by=bob, source=Source.API)
    line = StockMovement.objects.get()
    assert (line.operation_id, line.level_id, line.kind) == (sent.id, flour_level.pk, "receive")
    assert (line.delta, line.quantity_after, line.unit_price) == (3, 3, Decimal("1.2345"))
    assert (line.reason, line.reference) == ("late", "PO-7")
    assert (line.actor, line.source) == (bob, "api")


def test_a_sku_is_understood_whatever_its_case(bob: User, flour_level: StockLevel) -> None:
    assert said(book(ask("receive", 1, sku="flour"), by=bob)) == ["applied"]
