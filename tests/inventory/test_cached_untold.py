"""Writes that told nobody, as by psql: seen within a second."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from inventory.cached import feed
from inventory.models import Location, Product, StockLevel
from realtime.lookout import Lookout, lookout
from tests.breakable import Breakable
from tests.inventory.books import ask, book
from tests.inventory.reading import read, warmed

pytestmark = pytest.mark.django_db(transaction=True)
SEEN_WITHIN_S = 1.0
# As fast as it goes, a fast machine would run into the limit of one person.
BETWEEN_READS_S = 0.01


def in_psql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def nobody_has_looked_for_an_hour() -> None:
    in_psql("UPDATE inventory_cachegate SET looked_at = looked_at - interval '1 hour'")


def expect_soon(client: Client, wanted: int) -> None:
    """Whoever begins to read a second or more from now sees it, however long the read takes."""
    committed = time.monotonic()
    while True:
        began = time.monotonic()
        if (found := read(client))[0] == wanted:
            return
        assert began - committed < SEEN_WITHIN_S, found
        time.sleep(BETWEEN_READS_S)


def read_after_a_look(client: Client) -> tuple[int, str]:
    """A look that takes longer than who reads is patient is not waited for: then again."""
    began = time.monotonic()
    nobody_has_looked_for_an_hour()
    while (found := read(client))[1] == "bypass":
        assert time.monotonic() - began < 5, "nobody looks"
        time.sleep(BETWEEN_READS_S)
    return found


def test_a_write_that_sent_no_signal_is_seen_within_a_second(
    valkey: Breakable, reader: Client
) -> None:
    for quantity in (7, 6, 5):
        warmed(reader)
        in_psql("UPDATE inventory_stocklevel SET quantity = %s", quantity)
        expect_soon(reader, quantity)


def test_it_is_seen_at_once_by_who_comes_after_a_time_in_which_nobody_read(
    valkey: Breakable, reader: Client
) -> None:
    warmed(reader)
    nobody_has_looked_for_an_hour()
    in_psql("UPDATE inventory_stocklevel SET quantity = 7")
    lookout().rest()
    nobody_has_looked_for_an_hour()
    assert read(reader)[0] == 7


def test_what_told_of_itself_is_not_thrown_away_again(valkey: Breakable, reader: Client) -> None:
    warmed(reader)
    book(ask("sale", 1))
    assert read(reader) == (9, "miss")
    for _ in range(3):
        assert read_after_a_look(reader) == (9, "hit")


def test_more_changes_than_anybody_goes_through_forget_everything(
    valkey: Breakable, reader: Client
) -> None:
    products = Product.objects.bulk_create(Product(sku=f"P{n}", name="Thing") for n in range(2_010))
    place = Location.objects.get()
    StockLevel.objects.bulk_create(
        StockLevel(product=product, location=place) for product in products
    )
    warmed(reader)
    in_psql("UPDATE inventory_stocklevel SET quantity = 7")
    expect_soon(reader, 7)


def test_nothing_is_given_where_nobody_looks_for_changes(
    valkey: Breakable, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed(reader)
    monkeypatch.setattr(feed, "looker", None)
    nobody_has_looked_for_an_hour()
    assert read(reader) == (10, "bypass")


def test_a_fault_in_a_look_does_not_end_looking(
    valkey: Breakable, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed(reader)

    async def failing(self: Lookout) -> None:
        monkeypatch.undo()
        raise RuntimeError("a defect")

    monkeypatch.setattr(Lookout, "_look", failing)
    in_psql("UPDATE inventory_stocklevel SET quantity = 7")
    expect_soon(reader, 7)
