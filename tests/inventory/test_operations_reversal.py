"""Taking back what was booked: the whole of it, once, and only while stock covers it."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory.models import (
    Location,
    LocationAccess,
    Operation,
    Product,
    StockLevel,
    StockMovement,
)
from tests.inventory.books import ask, assert_books_agree, book, on_hand, said, undo


@pytest.fixture
def both(bob: User, flour_level: StockLevel, shop: Location) -> User:
    """Bob, who may write in the shop too, with 10 in the warehouse."""
    LocationAccess.objects.create(user=bob, location=shop, may_read=True, may_write=True)
    book(ask("receive", 10), by=bob)
    return bob


def test_a_sale_is_taken_back_with_its_price_and_reference(both: User) -> None:
    (sold,) = book(ask("sale", 4, unit_price=Decimal("2.50"), reference="Till 7"), by=both)
    (undone,) = book(undo(sold, reason="Wrong till"), by=both)
    assert (undone.status, undone.quantity, on_hand()) == ("applied", 10, 10)
    line = StockMovement.objects.get(kind="reversal")
    assert (line.delta, line.undone_kind, line.unit_price, line.reference, line.reason) == (
        4, "sale", Decimal("2.50"), "Till 7", "Wrong till",
    )  # fmt: skip
    assert line.reverses is not None
    assert line.reverses.operation_id == sold.id
    assert_books_agree()


def test_one_movement_can_be_named_instead_of_its_operation(both: User) -> None:
    book(ask("sale", 4), by=both)
    assert said(book(undo(StockMovement.objects.get(kind="sale").pk), by=both)) == ["applied"]
    assert on_hand() == 10


@pytest.mark.parametrize("kind", ["transfer_out", "transfer_in"])
def test_of_a_move_both_ends_are_taken_back(both: User, kind: str) -> None:
    book(ask("transfer", 3, to_location="SHOP"), by=both)
    (undone,) = book(undo(StockMovement.objects.get(kind=kind).pk), by=both)
    assert (on_hand(), on_hand(location="SHOP")) == (10, 0)
    assert undone.quantity == (10 if kind == "transfer_out" else 0), "of the line that was named"
    assert StockMovement.objects.filter(kind="reversal").count() == 2


def test_what_stock_no_longer_covers_stays(both: User) -> None:
    (received,) = book(ask("receive", 5), by=both)
    book(ask("sale", 12), by=both)
    (refused,) = book(undo(received), by=both)
    assert refused.error is not None
    assert refused.error.code == "insufficient"
    assert "3 on hand at Warehouse" in refused.error.message
    assert on_hand() == 3


def test_a_move_whose_goods_were_sold_there_stays_as_a_whole(both: User) -> None:
    (moved,) = book(ask("transfer", 3, to_location="SHOP"), by=both)
    book(ask("sale", 1, location="SHOP"), by=both)
    assert said(book(undo(moved), by=both)) == ["insufficient"]
    assert (on_hand(), on_hand(location="SHOP")) == (7, 2)


def test_nothing_is_taken_back_twice(both: User) -> None:
    (sold,) = book(ask("sale", 4), by=both)
    assert said(book(undo(sold), undo(sold), by=both)) == ["applied", "already_reversed"]
    line = StockMovement.objects.get(kind="sale")
    assert said(book(undo(line.pk), by=both)) == ["already_reversed"]
    assert on_hand() == 10


def test_an_undo_can_be_taken_back_once_and_totals_follow(both: User) -> None:
    (sold,) = book(ask("sale", 4), by=both)
    (undone,) = book(undo(sold), by=both)
    again = undo(undone)
    assert said(book(again, undo(undone), by=both)) == ["applied", "already_reversed"]
    assert on_hand() == 6
    kinds = StockMovement.objects.filter(kind="reversal").values_list("undone_kind", flat=True)
    assert list(kinds) == ["sale", "sale"]


def test_a_repeat_of_an_undo_is_answered_as_the_first_time(both: User) -> None:
    (sold,) = book(ask("sale", 4), by=both)
    asked = undo(sold)
    (first,) = book(asked, by=both)
    (again,) = book(asked, by=both)
    assert (again.duplicate, again.quantity, on_hand()) == (True, first.quantity, 10)


def test_a_count_is_taken_back_to_what_was_known(both: User, flour_level: StockLevel) -> None:
    flour_level.refresh_from_db()
    (counted,) = book(ask("count", 7, base_version=flour_level.version), by=both)
    book(undo(counted), by=both)
    assert on_hand() == 10


def test_a_batch_can_undo_what_it_booked_before(both: User) -> None:
    """As a phone does that was offline all the while."""
    sold, moved = ask("sale", 4), ask("transfer", 2, to_location="SHOP")
    answers = book(sold, moved, undo(sold), undo(moved), undo(sold), by=both)
    assert said(answers) == ["applied"] * 4 + ["already_reversed"]
    assert (on_hand(), on_hand(location="SHOP")) == (10, 0)
    lines = StockMovement.objects.filter(kind="reversal").order_by("id")
    assert [(line.reverses.operation_id, line.delta) for line in lines if line.reverses] == [
        (sold.id, 4), (moved.id, 2), (moved.id, -2),
    ]  # fmt: skip
    assert_books_agree()


def test_an_undo_that_comes_before_what_it_undoes_finds_nothing(both: User) -> None:
    sold = ask("sale", 4)
    assert said(book(undo(sold), sold, by=both)) == ["unknown_movement", "applied"]


@pytest.mark.parametrize("what", [0, -1, 2**63, 2**80, 999_999_999])
def test_what_is_not_there_is_refused(both: User, what: int) -> None:
    assert said(book(undo(what), by=both)) == ["unknown_movement"]


def test_what_was_refused_or_is_no_movement_is_not_there(
    both: User, flour_level: StockLevel
) -> None:
    flour_level.refresh_from_db()
    refused, edited = book(
        ask("sale", 99),
        ask("threshold", thresholds={"minimum": 3}, base_version=flour_level.version),
        by=both,
    )
    assert said(book(undo(refused), undo(edited), by=both)) == ["unknown_movement"] * 2
    nothing = ask("reversal", sku="", location="")
    assert said(book(nothing, by=both)) == ["unknown_movement"]


def test_what_one_may_not_see_is_worded_like_what_is_not_there(
    both: User, charlie: User, dora: User, shop: Location
) -> None:
    (sold,) = book(ask("receive", 4, location="SHOP"), by=both)
    for person in (charlie, dora):
        hidden, absent = book(
            undo(sold), ask("reversal", sku="", location="", reverses=uuid4()), by=person
        )
        assert hidden.error == absent.error
        assert hidden.quantity is None
    LocationAccess.objects.create(user=charlie, location=shop)
    assert said(book(undo(sold), by=charlie)) == ["not_allowed"]


def test_a_move_is_undone_only_by_who_may_write_at_both_ends(
    both: User, charlie: User, shop: Location
) -> None:
    (moved,) = book(ask("transfer", 3, to_location="SHOP"), by=both)
    LocationAccess.objects.filter(user=charlie).update(may_write=True)
    (hidden,) = book(undo(moved), by=charlie)
    assert said([hidden]) == ["not_allowed"]
    assert hidden.error is not None
    assert shop.name not in hidden.error.message
    LocationAccess.objects.create(user=charlie, location=shop)
    assert said(book(undo(moved), by=charlie)) == ["not_allowed"]
    LocationAccess.objects.filter(user=charlie).update(may_write=True)
    assert said(book(undo(moved), by=charlie)) == ["applied"]


def test_an_undo_that_names_another_product_or_place_is_refused(both: User) -> None:
    (sold,) = book(ask("sale", 4), by=both)
    asked = [
        ask("reversal", sku="YEAST", location="", reverses=sold.id),
        ask("reversal", sku="", location="SHOP", reverses=sold.id),
        ask("reversal", sku="flour", location="WH", reverses=sold.id),
    ]
    assert said(book(*asked, by=both)) == ["unknown_movement", "unknown_movement", "applied"]


def test_archived_goods_are_brought_back_first(both: User, flour: Product) -> None:
    (sold,) = book(ask("sale", 4), by=both)
    Product.objects.update(active=False)
    assert said(book(undo(sold), by=both)) == ["archived_product"]


def test_an_undo_has_no_quantity(both: User) -> None:
    (sold,) = book(ask("sale", 4), by=both)
    asked = ask("reversal", 4, sku="", location="", reverses=sold.id)
    assert said(book(asked, by=both)) == ["bad_quantity"]


def test_undoing_many_takes_no_more_statements_than_undoing_one(both: User) -> None:
    sold = book(*(ask("sale", 1) for _ in range(8)), by=both)
    counts = []
    for batch in (sold[:1], sold[1:]):
        with CaptureQueriesContext(connection) as queries:
            book(*(undo(answer) for answer in batch), by=both)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 13
    assert Operation.objects.filter(kind="reversal", outcome="applied").count() == 8


@pytest.mark.parametrize(
    ("column", "value"), [("delta", 3), ("reverses_id", None), ("undone_kind", None)]
)
def test_the_database_refuses_an_undo_that_mirrors_nothing(
    both: User, column: str, value: object
) -> None:
    book(ask("sale", 4), by=both)
    sale = StockMovement.objects.get(kind="sale")
    wrong = StockMovement(
        operation=sale.operation, level=sale.level, product=sale.product, location=sale.location,
        kind="reversal", delta=4, quantity_after=10, version_after=99, source="page",
        made_at=sale.made_at, reverses=sale,
    )  # fmt: skip
    setattr(wrong, column, value)
    if column == "undone_kind":
        # The trigger fills it in, whatever was written.
        wrong.save()
        wrong.refresh_from_db()
        assert wrong.undone_kind == "sale"
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong.save()
