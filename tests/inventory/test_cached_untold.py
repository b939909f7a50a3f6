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


def in_psql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def seen_after(client: Client, wanted: int) -> float:
    began = time.monotonic()
    while (found := read(client))[0] != wanted:
        assert time.monotonic() - began < 5, found
    return time.monotonic() - began


def test_a_write_that_sent_no_signal_is_seen_within_a_second(
    valkey: Breakable, reader: Client
) -> None:
    for quantity in (7, 6, 5):
        read(reader)
        assert read(reader)[1] == "hit"
        in_psql("UPDATE inventory_stocklevel SET quantity = %s", quantity)
        assert seen_after(reader, quantity) < SEEN_WITHIN_S


def test_it_is_seen_at_once_by_who_comes_after_a_time_in_which_nobody_read(
    valkey: Breakable, reader: Client
) -> None:
    warmed(reader)
    in_psql("UPDATE inventory_cachegate SET looked_at = looked_at - interval '1 hour'")
    in_psql("UPDATE inventory_stocklevel SET quantity = 7")
    lookout().rest()
    in_psql("UPDATE inventory_cachegate SET looked_at = looked_at - interval '1 hour'")
    assert read(reader)[0] == 7


def test_what_told_of_itself_is_not_thrown_away_again(valkey: Breakable, reader: Client) -> None:
    warmed(reader)
    book(ask("sale", 1))
    assert read(reader) == (9, "miss")
    began = time.monotonic()
    while time.monotonic() - began < 1.5:
        assert read(reader) == (9, "hit")


def test_more_changes_than_anybody_goes_through_forget_everything(
    valkey: Breakable, reader: Client
) -> None:
    products = Product.objects.bulk_create(Product(sku=f"P{n}", name="Thing") for n in range(2_010))
    place = Location.objects.get()
    StockLevel.objects.bulk_create(
        StockLevel(product=product, location=place) for product in products
    )
    read(reader)
    read(reader)
    in_psql("UPDATE inventory_stocklevel SET quantity = 7")
    assert seen_after(reader, 7) < SEEN_WITHIN_S


def test_nothing_is_given_where_nobody_looks_for_changes(
    valkey: Breakable, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed(reader)
    monkeypatch.setattr(feed, "looker", None)
    in_psql("UPDATE inventory_cachegate SET looked_at = looked_at - interval '1 hour'")
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
    assert seen_after(reader, 7) < SEEN_WITHIN_S
