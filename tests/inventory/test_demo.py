"""`manage.py demo`: a business that holds together."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Sum

from inventory.demo.barcodes import check_digit
from inventory.models import (
    Barcode,
    Location,
    MovementKind,
    Product,
    Status,
    StockLevel,
    StockMovement,
)


def demo(**options: Any) -> str:
    out = StringIO()
    call_command("demo", force=True, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def _business(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Made once for the module, inside a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield demo()
        transaction.set_rollback(True)


@pytest.fixture
def business(_business: str, db: None) -> str:
    return _business


def test_the_demo_has_a_few_hundred_products_in_four_places(business: str) -> None:
    assert 250 <= Product.objects.count() <= 500
    assert sorted(Location.objects.values_list("kind", flat=True)) == [
        "bakery",
        "shop",
        "shop",
        "warehouse",
    ]


def test_every_barcode_passes_its_check_digit(business: str) -> None:
    codes = list(Barcode.objects.values_list("code", flat=True))
    assert len(codes) > 250, "precondition: there are barcodes"
    assert all(len(code) == 13 and check_digit(code[:12]) == code[12] for code in codes)


def test_the_check_digit_is_that_of_the_gs1_manual() -> None:
    assert check_digit("629104150021") == "3"


def test_a_case_has_a_barcode_with_its_quantity(business: str) -> None:
    assert Barcode.objects.filter(pack_quantity__gt=1).exists()


def test_three_weeks_hold_every_kind_of_movement(business: str) -> None:
    kinds = set(StockMovement.objects.values_list("kind", flat=True))
    assert kinds == set(MovementKind) - {MovementKind.REVERSAL}
    first = StockMovement.objects.earliest("made_at").made_at
    last = StockMovement.objects.latest("made_at").made_at
    assert 19 <= (last - first).days <= 22


def test_shops_sell_in_opening_hours_only(business: str) -> None:
    hours = set(
        StockMovement.objects.filter(kind=MovementKind.SALE).values_list("made_at__hour", flat=True)
    )
    assert hours <= set(range(7, 19))


def test_most_is_in_stock_some_low_some_out(business: str) -> None:
    levels = StockLevel.objects.count()
    low = StockLevel.objects.filter(status=Status.LOW).count()
    out = StockLevel.objects.filter(status=Status.OUT).count()
    assert 0.04 < low / levels < 0.2
    assert 0.02 < out / levels < 0.12


def test_the_ledger_of_the_demo_adds_up(business: str) -> None:
    drifting = StockLevel.objects.annotate(booked=Sum("movements__delta")).exclude(
        booked=F("quantity")
    )
    assert not drifting.exists()


def test_the_logins_see_what_they_are_said_to_see(business: str) -> None:
    def reads_and_writes(name: str) -> tuple[int, int]:
        person = User.objects.get(username=name)
        assert person.check_password("demo")
        seen, changed = Location.objects.readable_by(person), Location.objects.writable_by(person)
        return seen.count(), changed.count()

    assert reads_and_writes("admin") == (4, 4)
    assert reads_and_writes("manager") == (4, 4)
    assert reads_and_writes("staff") == (2, 1)
    assert reads_and_writes("viewer") == (1, 0)
    assert reads_and_writes("operator") == (0, 0)
    assert "staff" in business
    assert "password 'demo'" in business


def test_a_second_demo_is_refused_and_adds_nothing(business: str) -> None:
    before = StockMovement.objects.count()
    with pytest.raises(CommandError, match="here already"):
        demo()
    assert StockMovement.objects.count() == before
