"""Booking it anew with the right quantity: taken back and booked again, or neither."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from inventory.models import Location, OperationKind, StockLevel, StockMovement
from tests.inventory.booked import book
from tests.inventory.books import assert_books_agree
from tests.inventory.decided import HTMX, fields, send_back, words


@pytest.fixture
def stocked(flour_level: StockLevel, shop: Location) -> StockLevel:
    book(OperationKind.RECEIVE, "FLOUR", "WH", 10)
    return flour_level


@pytest.fixture
def sale(stocked: StockLevel, bob: User) -> StockMovement:
    made_at = timezone.now() - timedelta(hours=3)
    book(
        OperationKind.SALE, "FLOUR", "WH", 3, by=bob,
        made_at=made_at, reference="T-1", unit_price=Decimal("2.50"),
    )  # fmt: skip
    return StockMovement.objects.latest("id")


def on_hand(location: str = "WH") -> int:
    level = StockLevel.objects.filter(product__sku="FLOUR", location__code=location).first()
    return level.quantity if level else 0


def page_of(movement: StockMovement) -> str:
    return f"/movements/{movement.pk}/"


def correct(client: Client, movement: StockMovement, quantity: object, **typed: str) -> Any:
    opened = client.get(page_of(movement), headers=HTMX)
    return send_back(client, opened, page_of(movement), typed={"quantity": str(quantity)} | typed)


def test_a_correction_books_it_anew_as_it_was(
    client: Client, bob: User, sale: StockMovement
) -> None:
    client.force_login(bob)
    answer = correct(client, sale, 5, reason="typed wrong")
    said = "Put right: Wheat flour, sold 5 instead of 3. Now 5 on hand at Warehouse."
    assert said in words(answer)
    anew, back = StockMovement.objects.order_by("-id")[:2]
    assert (back.reverses, back.reason, back.delta) == (sale, "typed wrong", 3)
    assert (anew.kind, anew.delta, anew.made_at) == ("sale", -5, sale.made_at)
    assert (anew.reference, anew.unit_price) == ("T-1", Decimal("2.5000"))
    assert on_hand() == 5
    assert_books_agree()


@pytest.mark.parametrize(
    ("kind", "booked", "right", "left"),
    [
        (OperationKind.RECEIVE, 5, 6, 16),
        (OperationKind.PRODUCTION, 5, 6, 16),
        (OperationKind.RETURN, 5, 6, 16),
        (OperationKind.WASTE, 5, 6, 4),
        (OperationKind.ADJUST, -5, -6, 4),
        (OperationKind.ADJUST, -5, 2, 12),
        (OperationKind.TRANSFER, 5, 6, 4),
    ],
)
def test_each_kind_is_corrected(
    client: Client,
    alice: User,
    stocked: StockLevel,
    kind: OperationKind,
    booked: int,
    right: int,
    left: int,
) -> None:
    client.force_login(alice)
    more = {"to_location": "SHOP"} if kind == OperationKind.TRANSFER else {}
    book(kind, "FLOUR", "WH", booked, by=alice, **more)
    assert correct(client, StockMovement.objects.latest("id"), right).status_code == 200
    assert on_hand() == left
    assert_books_agree()


def test_a_receipt_that_was_sold_meanwhile_is_corrected(
    client: Client, bob: User, flour_level: StockLevel
) -> None:
    """What was received is gone: it can't be taken back first and then booked again."""
    client.force_login(bob)
    book(OperationKind.RECEIVE, "FLOUR", "WH", 20)
    receipt = StockMovement.objects.latest("id")
    book(OperationKind.SALE, "FLOUR", "WH", 20)
    assert correct(client, receipt, 25).status_code == 200
    assert on_hand() == 5


def test_what_stock_does_not_cover_is_refused_as_a_whole(
    client: Client, bob: User, sale: StockMovement
) -> None:
    client.force_login(bob)
    before = StockMovement.objects.count()
    answer = correct(client, sale, 11, reason="typed wrong")
    assert answer.status_code == 422
    assert "Only 10 on hand at Warehouse, 11 asked for." in words(answer)
    held = fields(answer, page_of(sale))
    assert (held["quantity"], held["reason"]) == ("11", "typed wrong"), "nothing typed is lost"
    assert (on_hand(), StockMovement.objects.count()) == (7, before)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("3", "That is what was booked: type what it should have been."),
        ("0", "A whole number above 0. To take it all back, undo it."),
        ("-2", "A whole number above 0."),
        ("few", "Type a whole number, for example 12."),
        ("", "Type the right quantity."),
    ],
)
def test_a_wrong_quantity_is_said_beside_it(
    client: Client, bob: User, sale: StockMovement, typed: str, says: str
) -> None:
    client.force_login(bob)
    answer = correct(client, sale, typed)
    assert answer.status_code == 422
    assert says in words(answer)
    assert on_hand() == 7


def test_show_says_what_a_correction_gives_and_books_nothing(
    client: Client, bob: User, sale: StockMovement
) -> None:
    client.force_login(bob)
    answer = correct(client, sale, 5, show="1")
    assert answer.status_code == 200
    assert "Warehouse: 7 on hand now, 5 after it" in words(answer)
    assert on_hand() == 7
    data = {"correct": "1", "quantity": "12", "id": str(uuid4()), "again": str(uuid4())}
    headers = HTMX | {"HX-Target": f"preview-right-{sale.pk}"}
    preview = client.post(page_of(sale), data, headers=headers)
    assert "-2 after it: not enough is left there" in words(preview)


def test_a_count_and_an_undo_have_no_other_quantity(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    stocked.refresh_from_db()
    book(OperationKind.COUNT, "FLOUR", "WH", 9, base_version=stocked.version)
    counted = StockMovement.objects.latest("id")
    page = client.get(page_of(counted))
    assert b"Undo all of it" in page.content
    assert b"Correct the quantity" not in page.content
    forged = {"id": str(uuid4()), "again": str(uuid4()), "correct": "1", "quantity": "8"}
    assert client.post(page_of(counted), forged).status_code == 422
    assert on_hand() == 9
