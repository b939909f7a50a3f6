import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory.models import Operation, Product, StockLevel, StockMovement
from inventory.operations.faults import Busy
from inventory.signals import stock_changed
from tests.inventory.books import ask, assert_books_agree, book, on_hand, said

# BEGIN or SAVEPOINT and its end, products, locations, the person's group, locks, known ids,
# operations, movements, levels.
STATEMENTS = 10


def test_a_batch_is_worked_out_in_the_order_given(bob: User, flour_level: StockLevel) -> None:
    book(ask("receive", 5), by=bob)
    assert said(book(ask("sale", 10), ask("receive", 10), by=bob)) == ["insufficient", "applied"]
    assert on_hand() == 15


def test_the_ledger_stands_in_the_order_of_the_batch(bob: User, flour_level: StockLevel) -> None:
    asks = [ask("receive", number) for number in range(1, 40)]
    book(*asks, by=bob)
    lines = StockMovement.objects.order_by("pk")
    assert [line.operation_id for line in lines] == [each.id for each in asks]
    assert [line.version_after for line in lines] == sorted(line.version_after for line in lines)


def test_one_bad_operation_never_blocks_the_others(bob: User, flour_level: StockLevel) -> None:
    answers = book(ask("receive", 1), ask("receive", 1, sku="NO"), ask("receive", 1), by=bob)
    assert said(answers) == ["applied", "unknown_product", "applied"]


def test_a_batch_that_comes_out_at_nothing_is_seen_by_its_version(
    bob: User, flour_level: StockLevel
) -> None:
    book(ask("receive", 3), ask("sale", 3), by=bob)
    before = flour_level.version
    flour_level.refresh_from_db()
    assert (flour_level.quantity, flour_level.version) == (0, before + 2)


def test_the_number_of_statements_does_not_grow_with_the_batch(
    bob: User, flour_level: StockLevel
) -> None:
    products = Product.objects.bulk_create(
        Product(sku=f"P{number}", name=f"Product {number}") for number in range(500)
    )
    StockLevel.objects.bulk_create(
        StockLevel(product=product, location=flour_level.location) for product in products
    )
    counted = []
    for asks in (
        [ask("receive", 1)],
        [ask("receive", 2, sku=product.sku) for product in products],
    ):
        person = User.objects.get(pk=bob.pk)
        with CaptureQueriesContext(connection) as queries:
            assert set(said(book(*asks, by=person))) == {"applied"}
        counted.append(len(queries))
    assert counted[0] == counted[1] <= STATEMENTS + 2, counted
    assert_books_agree()


@pytest.mark.django_db(transaction=True)
def test_the_signal_is_sent_once_after_the_commit(bob: User, flour_level: StockLevel) -> None:
    heard: list[tuple[frozenset[int], bool]] = []

    def listen(level_ids: frozenset[int], **_: Any) -> None:
        heard.append((level_ids, connection.in_atomic_block))

    stock_changed.connect(listen)
    try:
        with transaction.atomic():
            book(ask("receive", 1), ask("receive", 1), by=bob)
            assert heard == []
        assert heard == [(frozenset({flour_level.pk}), False)]
    finally:
        stock_changed.disconnect(listen)


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_does_not_fail_the_write(bob: User, flour_level: StockLevel) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("a dead listener")

    stock_changed.connect(fail)
    try:
        assert said(book(ask("receive", 1), by=bob)) == ["applied"]
    finally:
        stock_changed.disconnect(fail)


@pytest.mark.django_db(transaction=True)
def test_rows_that_stay_locked_are_busy_and_nothing_is_booked(
    bob: User, flour_level: StockLevel
) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                StockLevel.objects.select_for_update().get(pk=flour_level.pk)
                held.set()
                done.wait(20)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        with pytest.raises(Busy, match="Try again, nothing is lost"):
            book(ask("receive", 1), by=bob)
    finally:
        done.set()
        holder.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert not Operation.objects.exists()
