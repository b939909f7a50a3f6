"""`manage.py check_ledger`: drift is found wherever it hides."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inventory.models import Location, OperationKind, Product, Source, StockLevel, StockMovement
from inventory.operations import Ask, apply


def check() -> str:
    out = StringIO()
    try:
        call_command("check_ledger", stdout=out)
    except CommandError as fault:
        return f"{out.getvalue()}FAILED {fault}"
    return out.getvalue()


@pytest.fixture
def level(flour: Product, warehouse: Location) -> StockLevel:
    asks = [
        Ask(uuid4(), kind, "FLOUR", "WH", quantity)
        for kind, quantity in ((OperationKind.RECEIVE, 9), (OperationKind.SALE, 4))
    ]
    apply(asks, by=None, source=Source.API)
    return StockLevel.objects.get()


def rewrite_ledger(sql: str, *values: int) -> None:
    """As somebody with the keys to the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may wait while the table changes
        cursor.execute("ALTER TABLE inventory_stockmovement DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE inventory_stockmovement ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE inventory_stockmovement DISABLE TRIGGER ledger_not_truncated")


def test_what_operations_booked_agrees(level: StockLevel) -> None:
    assert check() == "1 stock levels agree with the 2 lines of their ledger.\n"


def test_a_database_without_stock_agrees(db: None) -> None:
    assert check().startswith("0 stock levels agree")


def test_a_quantity_written_past_the_operations_is_drift(level: StockLevel) -> None:
    StockLevel.objects.update(quantity=7)
    said = check()
    assert "FLOUR at WH: 7 on hand" in said
    assert "adds up to 5" in said
    assert "FAILED 1 of 1" in said


def test_stock_without_any_ledger_is_drift(flour: Product, warehouse: Location) -> None:
    StockLevel.objects.create(product=flour, location=warehouse, quantity=3)
    assert "adds up to 0" in check()


def test_a_new_minimum_is_no_drift(level: StockLevel) -> None:
    StockLevel.objects.update(minimum=2)
    assert "agree" in check()


def test_a_line_that_does_not_follow_from_the_one_before_is_drift(level: StockLevel) -> None:
    rewrite_ledger("UPDATE inventory_stockmovement SET quantity_after = 8 WHERE delta > 0")
    assert "1 lines do not follow" in check()


def test_a_version_that_falls_is_drift(level: StockLevel) -> None:
    rewrite_ledger("UPDATE inventory_stockmovement SET version_after = 1 WHERE delta < 0")
    assert "1 lines have a version that does not rise" in check()


def test_a_line_from_the_future_of_its_level_is_drift(level: StockLevel) -> None:
    rewrite_ledger("UPDATE inventory_stockmovement SET version_after = 99 WHERE delta < 0")
    assert "its last line has version 99" in check()


def test_a_line_of_another_place_is_drift(level: StockLevel, shop: Location) -> None:
    rewrite_ledger("UPDATE inventory_stockmovement SET location_id = %s WHERE delta < 0", shop.pk)
    assert StockMovement.objects.filter(location=shop).exists(), "precondition"
    assert "lines of another product or place" in check()
