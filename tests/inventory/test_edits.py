"""Two people edit one product: who changed what is merged field by field."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory.actor import name_actor
from inventory.edits import Merge, merge
from inventory.models import FieldChange, Product, StockLevel, Vendor


def edit(product: Product, by: User | None = None, **values: Any) -> None:
    """Somebody else's edit, committed."""
    with transaction.atomic():
        name_actor(by.pk if by else None)
        Product.objects.filter(pk=product.pk).update(**values)


def merged(product: Product, **yours: Any) -> Merge:
    now = Product.objects.get(pk=product.pk)
    return merge(now, product.version, yours)


@pytest.fixture
def seen(flour: Product) -> Product:
    flour.refresh_from_db()
    return flour


def test_what_nobody_else_touched_is_taken(seen: Product) -> None:
    found = merged(seen, name="Zero flour", minimum=5)
    assert found.values == {"name": "Zero flour", "minimum": 5}
    assert not found.overlaps


def test_what_only_the_other_changed_stays_theirs(seen: Product, alice: User) -> None:
    edit(seen, alice, price="4.50")
    found = merged(seen, name="Zero flour", price=seen.price)
    assert (found.values["name"], str(found.values["price"])) == ("Zero flour", "4.5000")
    assert (found.theirs, found.overlaps) == (["price"], [])


def test_what_both_changed_is_for_the_person_to_decide(seen: Product, alice: User) -> None:
    edit(seen, alice, name="White flour")
    (overlap,) = merged(seen, name="Zero flour").overlaps
    assert (overlap.field, overlap.base, overlap.yours, overlap.current, overlap.actor) == (
        "name", "Wheat flour", "Zero flour", "White flour", "alice",
    )  # fmt: skip


def test_both_chose_the_same(seen: Product) -> None:
    edit(seen, name="Zero flour")
    found = merged(seen, name="Zero flour")
    assert (found.values, found.overlaps) == ({"name": "Zero flour"}, [])


def test_a_change_that_was_taken_back_is_none(seen: Product) -> None:
    edit(seen, name="White flour")
    edit(seen, name="Wheat flour")
    assert merged(seen, name="Zero flour").values == {"name": "Zero flour"}


def test_the_base_is_what_was_seen_however_often_it_changed(seen: Product, alice: User) -> None:
    edit(seen, name="White flour")
    edit(seen, alice, name="Whiter flour")
    (overlap,) = merged(seen, name="Zero flour").overlaps
    assert (overlap.base, overlap.current, overlap.actor) == (
        "Wheat flour", "Whiter flour", "alice",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "theirs", "yours"),
    [("price", "3.10", "3.1"), ("active", False, False), ("minimum", 9, 9)],
)
def test_equal_values_of_any_type_are_equal(
    seen: Product, field: str, theirs: Any, yours: Any
) -> None:
    edit(seen, **{field: theirs})
    column: Any = Product._meta.get_field(field)
    assert not merged(seen, **{field: column.to_python(yours)}).overlaps


def test_another_record_is_told_as_itself(seen: Product, mill: Vendor) -> None:
    other, third = (Vendor.objects.create(code=code, name=code) for code in ("OTHER", "THIRD"))
    edit(seen, vendor=other)
    (overlap,) = merged(seen, vendor=third).overlaps
    assert (overlap.base, overlap.yours, overlap.current) == (mill, third, other)


def test_a_movement_of_stock_is_no_edit(seen: Product, flour_level: StockLevel) -> None:
    StockLevel.objects.filter(pk=flour_level.pk).update(quantity=7)
    assert not FieldChange.objects.exists()
    StockLevel.objects.filter(pk=flour_level.pk).update(minimum=7)
    change = FieldChange.objects.get()
    assert (change.record, change.record_id, change.field) == (
        "stocklevel", flour_level.pk, "minimum",
    )  # fmt: skip
    assert (change.before, change.after, change.actor) == (None, "7", None)


def test_a_merge_is_one_query(seen: Product, alice: User) -> None:
    edit(seen, alice, name="White flour", price=4, minimum=9)
    now = Product.objects.get(pk=seen.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        merge(now, seen.version, {"name": "Zero flour", "price": 5, "minimum": 1})
    assert len(queries) == 1


def test_a_version_from_the_future_is_refused(seen: Product) -> None:
    with pytest.raises(ValueError, match="not there yet"):
        merge(seen, seen.version + 1, {"name": "Zero flour"})
