from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from inventory.models import Location, Product, Source, StockLevel, StockMovement
from tests.inventory.books import ask, book, said

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("bad_quantity", {"quantity": 0}),
    ("bad_quantity", {"quantity": -1}),
    ("bad_quantity", {"quantity": 10**12 + 1}),
    ("bad_quantity", {"kind": "count", "quantity": -1, "base_version": 1}),
    ("unknown_product", {"sku": "NOTHING"}),
    ("unknown_product", {"sku": "FLOUR\0"}),
    ("unknown_product", {"sku": ""}),
    ("unknown_location", {"location": "NOWHERE"}),
    ("unknown_location", {"location": ""}),
    ("unknown_location", {"location": "\ud800"}),
    ("bad_destination", {"to_location": "SHOP"}),
    ("bad_price", {"unit_price": Decimal(-1)}),
    ("bad_price", {"unit_price": Decimal(10**10)}),
    ("text_too_long", {"reason": "x" * 201}),
    ("text_too_long", {"reference": "x" * 101}),
    ("bad_text", {"reason": "\0"}),
    ("bad_text", {"reference": "\udfff"}),
]


@pytest.mark.parametrize(("code", "wrong"), REFUSED)
def test_what_makes_no_sense_is_refused_and_moves_nothing(
    code: str, wrong: dict[str, Any], alice: User, flour_level: StockLevel, shop: Location
) -> None:
    asked: dict[str, Any] = {"kind": "receive", "quantity": 1} | wrong
    answers = book(ask(asked.pop("kind"), asked.pop("quantity"), **asked), by=alice)
    assert said(answers) == [code]
    assert not StockMovement.objects.exists()


def test_an_archived_product_is_not_booked(
    alice: User, flour: Product, flour_level: StockLevel
) -> None:
    Product.objects.update(active=False)
    assert said(book(ask("receive", 1), by=alice)) == ["archived_product"]


def test_an_archived_location_is_not_booked(alice: User, flour_level: StockLevel) -> None:
    Location.objects.update(active=False)
    assert said(book(ask("receive", 1), by=alice)) == ["archived_location"]


def test_what_was_made_long_ago_comes_only_by_import(alice: User, flour_level: StockLevel) -> None:
    long_ago = timezone.now() - timedelta(days=31)
    assert said(book(ask("receive", 1, made_at=long_ago), by=alice)) == ["made_at_too_old"]
    imported = book(ask("receive", 1, made_at=long_ago), by=alice, source=Source.IMPORT)
    assert said(imported) == ["applied"]
    assert StockMovement.objects.get().made_at == long_ago


def test_a_clock_that_runs_ahead_loses_nothing(alice: User, flour_level: StockLevel) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    book(ask("receive", 1, made_at=tomorrow), by=alice)
    line = StockMovement.objects.get()
    assert line.made_at == line.recorded_at < tomorrow


@pytest.mark.parametrize("number", [0, 501])
def test_a_call_takes_one_to_five_hundred(number: int, alice: User) -> None:
    with pytest.raises(ValueError, match=f"1 to 500 operations, not {number}"):
        book(*[ask("receive", 1)] * number, by=alice)
