"""`manage.py check_ledger`: drift is found wherever it hides."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inventory.ledger_check import CHECK, HASH_JOINS, MOST_TOLD
from inventory.models import Location, Operation, Product, StockLevel, StockMovement
from tests.inventory.books import ask, book, undo


def check() -> str:
    out = StringIO()
    try:
        call_command("check_ledger", stdout=out)
    except CommandError as fault:
        return f"{out.getvalue()}FAILED {fault}"
    return out.getvalue()


@pytest.fixture
def level(flour: Product, warehouse: Location) -> StockLevel:
    book(ask("receive", 9), ask("sale", 4))
    return StockLevel.objects.get()


@pytest.fixture
def busy(level: StockLevel, shop: Location) -> StockLevel:
    """Every kind of operation has been here."""
    moved, edited = book(
        ask("transfer", 2, to_location="SHOP"),
        ask("threshold", thresholds={"minimum": 3}, base_version=level.version),
    )
    book(undo(moved), undo(moved), ask("sale", 99), ask("count", 4, base_version=edited.version))
    book(ask("count", 5, base_version=1))
    return level


def rewrite_ledger(sql: str, *values: int) -> None:
    """As somebody with the keys to the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may wait while the table changes
        cursor.execute("ALTER TABLE inventory_stockmovement DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE inventory_stockmovement ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE inventory_stockmovement DISABLE TRIGGER ledger_not_truncated")


def test_what_operations_booked_agrees(level: StockLevel) -> None:
    assert check() == (
        "1 stock levels agree with the 2 lines of their ledger, and those with 2 operations.\n"
    )


def test_a_database_without_stock_agrees(db: None) -> None:
    assert check().startswith("0 stock levels agree")


def test_a_quantity_written_past_the_operations_is_drift(level: StockLevel) -> None:
    StockLevel.objects.update(quantity=7)
    found = check()
    assert "FLOUR at WH: 7 on hand" in found
    assert "adds up to 5" in found
    assert "FAILED The books disagree in 1 place." in found


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


def test_every_kind_of_operation_agrees(busy: StockLevel) -> None:
    outcomes = set(Operation.objects.values_list("kind", "outcome"))
    assert {("reversal", "rejected"), ("threshold", "applied"), ("count", "conflict")} <= outcomes
    assert "FAILED" not in check()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM inventory_stockmovement WHERE kind = 'sale'", "0 lines in the ledger"),
        (
            "DELETE FROM inventory_stockmovement WHERE kind = 'reversal' AND delta > 0",
            "1 lines, not as many as it undoes",
        ),
        (
            "UPDATE inventory_stockmovement SET delta = 3 WHERE kind = 'reversal' AND delta > 0",
            "no mirror of what it undoes",
        ),
        (
            "UPDATE inventory_stockmovement SET delta = 3 WHERE kind = 'transfer_in'",
            "moves 1 out of nowhere",
        ),
        (
            "UPDATE inventory_stockmovement SET quantity_after = 7 WHERE kind = 'sale'",
            "answered with other figures than were booked",
        ),
    ],
)
def test_an_operation_that_is_not_what_was_booked_is_drift(
    busy: StockLevel, damage: str, found: str
) -> None:
    rewrite_ledger(damage)
    assert found in check()


def test_a_refusal_that_booked_something_is_drift(level: StockLevel) -> None:
    Operation.objects.filter(kind="sale").update(outcome="rejected")
    assert "sale, rejected; 1 lines in the ledger" in check()


def test_totals_that_are_not_those_of_the_levels_are_drift(level: StockLevel) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_locationtotaldelta SET pieces = pieces + 1, low = 7")
    found = check()
    assert "totals of WH" in found
    assert "pieces kept, 5 there" in found
    assert "14 low" in found


def test_a_long_list_is_cut_and_says_how_long_it_is(
    level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.ledger_check.MOST_TOLD", 1)
    Operation.objects.update(outcome="rejected")
    found = check()
    assert found.count("operation ") == 1
    assert "... and 1 more" in found
    assert "FAILED The books disagree in 2 places." in found


def test_it_joins_whole_tables_also_when_the_planner_knows_nothing_of_them(
    level: StockLevel,
) -> None:
    """Row by row, what takes a moment took minutes right after an import."""
    with connection.cursor() as cursor:
        cursor.execute(HASH_JOINS, ["off"])
        cursor.execute(f"EXPLAIN {CHECK}", {"most": MOST_TOLD})
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute(HASH_JOINS, ["on"])
    # Only each part's summary, one row, stands beside what it found.
    assert plan.count("Nested Loop") == 3, plan
