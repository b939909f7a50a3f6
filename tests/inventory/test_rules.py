"""What the database itself refuses or keeps, whoever writes: SQL, bulk writes, the ORM."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from inventory.models import (
    Category,
    Location,
    LocationAccess,
    LocationTotalDelta,
    LocationTotalNow,
    Product,
    RightsStamp,
    StockLevel,
    StockMovement,
    Vendor,
)
from inventory.tasks import fold_location_totals
from tests.inventory.books import ask, book

pytestmark = pytest.mark.django_db


def sql(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


def refused(words: str, write: Callable[[], Any]) -> None:
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        write()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE inventory_stockmovement SET delta = 0", "DELETE FROM inventory_stockmovement"],
)
def test_the_ledger_is_append_only(statement: str, flour_level: StockLevel) -> None:
    book(ask("receive", 5))

    refused("append-only", lambda: sql(statement))
    assert StockMovement.objects.get().delta == 5


def test_the_ledger_is_not_emptied(flour_level: StockLevel) -> None:
    # The fixtures switch this trigger off, because tests with real transactions clean up by it.
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE inventory_stockmovement ENABLE TRIGGER ledger_not_truncated")

    refused("append-only", lambda: sql("TRUNCATE inventory_stockmovement CASCADE"))


def test_a_level_never_falls_below_zero(flour_level: StockLevel) -> None:
    refused("level_not_negative", lambda: StockLevel.objects.update(quantity=-1))


def test_a_place_that_may_go_negative_allows_it_until_it_is_forbidden_again(
    flour_level: StockLevel,
) -> None:
    Location.objects.update(may_go_negative=True)
    StockLevel.objects.update(quantity=-1)

    refused("level_not_negative", lambda: Location.objects.update(may_go_negative=False))


@pytest.mark.parametrize(
    "write",
    [
        lambda level: StockLevel.objects.update(quantity=3),
        lambda level: StockLevel.objects.bulk_update([_with(level, quantity=3)], ["quantity"]),
        lambda level: _with(level, quantity=3).save(),
        lambda level: sql("UPDATE inventory_stocklevel SET quantity = 3"),
        lambda level: sql("UPDATE inventory_stocklevel SET quantity = 3, version = 1"),
    ],
    ids=["update()", "bulk_update()", "save()", "SQL", "SQL that sets the version back"],
)
def test_every_write_raises_the_version_and_names_its_transaction(
    write: Callable[[StockLevel], Any], flour_level: StockLevel
) -> None:
    write(flour_level)

    after = StockLevel.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        [transaction_id] = cursor.fetchone()
    assert after.version == 2
    assert after.changed_xid == transaction_id


def _with(level: StockLevel, **values: Any) -> StockLevel:
    for name, value in values.items():
        setattr(level, name, value)
    return level


def test_what_has_stock_is_archived_not_deleted(flour_level: StockLevel) -> None:
    refused("archive it", lambda: sql("DELETE FROM inventory_product"))
    refused("archive it", lambda: sql("DELETE FROM inventory_location"))
    refused("never deleted", lambda: sql("DELETE FROM inventory_stocklevel"))


def test_codes_in_use_stay(flour_level: StockLevel, flour: Product, mill: Vendor) -> None:
    flour.category = Category.objects.create(code="DRY", name="Dry goods")
    flour.save()

    refused("SKU FLOUR is in use", lambda: Product.objects.update(sku="OTHER"))
    refused("unit of FLOUR", lambda: Product.objects.update(unit="gram"))
    for statement in (
        "UPDATE inventory_location SET code = 'X'",
        "UPDATE inventory_vendor SET code = 'X'",
        "UPDATE inventory_category SET code = 'X'",
    ):
        refused("is in use and stays", partial(sql, statement))


def test_codes_that_nothing_uses_may_change(flour: Product, warehouse: Location) -> None:
    assert Product.objects.update(sku="OTHER") == 1
    assert Location.objects.update(code="OTHER") == 1


def test_two_products_can_not_differ_only_by_case(flour: Product) -> None:
    with pytest.raises(IntegrityError, match="product_sku_any_case"):
        Product.objects.create(sku="Flour", name="Another")


def test_a_level_keeps_its_product_and_its_place(flour_level: StockLevel, shop: Location) -> None:
    refused("keeps its product", lambda: StockLevel.objects.update(location=shop))


@pytest.mark.parametrize(
    ("quantity", "reserved", "status"),
    [(0, 0, "out"), (1, 0, "low"), (5, 0, "low"), (6, 0, "ok"), (6, 1, "low"), (6, 6, "out")],
)
def test_status_follows_what_is_free(
    quantity: int, reserved: int, status: str, flour_level: StockLevel
) -> None:
    StockLevel.objects.update(quantity=quantity, reserved=reserved)

    assert StockLevel.objects.get().status == status


def test_status_follows_the_products_minimum_unless_the_level_has_its_own(
    flour_level: StockLevel,
) -> None:
    StockLevel.objects.update(quantity=10)
    Product.objects.update(minimum=20)
    assert StockLevel.objects.get().status == "low"

    StockLevel.objects.update(minimum=3)
    assert StockLevel.objects.get().status == "ok"


def totals() -> dict[str, list[Any]]:
    names = ("location__code", "lines", "pieces", "value", "low", "out")
    return {code: rest for code, *rest in LocationTotalNow.objects.values_list(*names)}


def counted() -> dict[str, list[Any]]:
    """The same figures, added up from the levels one by one."""
    found: dict[str, list[Any]] = {}
    for level in StockLevel.objects.select_related("product", "location"):
        product, sums = level.product, found.setdefault(level.location.code, [0, 0, 0, 0, 0])
        sums[0] += product.active
        sums[1] += level.quantity if product.unit == "piece" else 0
        sums[2] += level.quantity * product.cost
        sums[3] += product.active and level.status == "low"
        sums[4] += product.active and level.status == "out"
    return found


def test_totals_are_exact_whatever_happens(
    flour: Product, mill: Vendor, shop: Location, warehouse: Location
) -> None:
    Product.objects.create(sku="MILK", name="Milk", unit="millilitre", cost=1, minimum=500)
    steps: list[Callable[[], Any]] = [
        lambda: book(ask("receive", 9), ask("receive", 800, sku="MILK", location="SHOP")),
        lambda: book(ask("transfer", 4, to_location="SHOP"), ask("sale", 5)),
        lambda: Product.objects.update(cost=F("cost") + 1),
        lambda: Product.objects.filter(sku="MILK").update(minimum=900),
        lambda: Product.objects.filter(sku="FLOUR").update(active=False),
        fold_location_totals,
        lambda: StockLevel.objects.update(quantity=F("quantity") + 1),
        lambda: Product.objects.update(active=True),
        fold_location_totals,
    ]
    for step in steps:
        step()
        assert totals() == counted()
    assert not LocationTotalDelta.objects.exists(), "folded at the end"


def test_every_change_of_rights_is_stamped(bob: User, warehouse: Location) -> None:
    def stamp() -> int:
        return RightsStamp.objects.get(user=bob).version

    seen = [stamp()]
    for change in (
        lambda: LocationAccess.objects.update(may_write=False),
        lambda: LocationAccess.objects.all().delete(),
        lambda: bob.groups.add(Group.objects.get(name="manager")),
        lambda: bob.groups.clear(),
        lambda: User.objects.filter(pk=bob.pk).update(is_active=False),
    ):
        change()
        seen.append(stamp())

    assert seen == sorted(set(seen)), "each of them must raise the stamp"


def test_who_may_write_a_place_must_be_able_to_see_it(bob: User) -> None:
    refused("access_write_needs_read", lambda: LocationAccess.objects.update(may_read=False))
