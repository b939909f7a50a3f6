"""What a day came to: what was undone or corrected is taken off, on the day it was done."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.models import Location, OperationKind, Product, Source, StockMovement
from inventory.operations import Ask, apply
from inventory.rows import net_rows
from tests.inventory.booked import book, receive
from tests.inventory.decided import words

SESSION_USER_AND_CURSOR = 3
NOON_YESTERDAY = (timezone.now() - timedelta(days=1)).replace(hour=12, minute=0)


def undo_latest() -> None:
    ask = Ask(uuid4(), OperationKind.REVERSAL, reverses=StockMovement.objects.latest("id").pk)
    [answer] = apply([ask], by=None, source=Source.PAGE)
    assert answer.status == "applied", answer


@pytest.fixture
def yesterday(flour: Product, warehouse: Location, shop: Location) -> str:
    """Sold 5 and 3 yesterday, and the 3 are undone today; thrown away 2; 50 received today."""
    receive("FLOUR", "WH", 50)
    receive("FLOUR", "SHOP", 50)
    price = Decimal("2.50")
    book(OperationKind.WASTE, "FLOUR", "WH", 2, made_at=NOON_YESTERDAY)
    book(OperationKind.SALE, "FLOUR", "SHOP", 40, made_at=NOON_YESTERDAY, unit_price=price)
    for quantity in (5, 3):
        book(
            OperationKind.SALE, "FLOUR", "WH", quantity,
            made_at=NOON_YESTERDAY, unit_price=price,
        )  # fmt: skip
    undo_latest()
    return NOON_YESTERDAY.date().isoformat()


def net(**wanted: object) -> dict[str, tuple[int, Decimal | None]]:
    midnight = datetime.combine(NOON_YESTERDAY.date(), datetime.min.time(), UTC)
    lines = StockMovement.objects.filter(**wanted)
    rows = net_rows(lines.counted_between(midnight, midnight + timedelta(days=1)))
    return {row.label: (row.quantity, row.value) for row in rows}


def test_what_was_undone_is_taken_off_the_day_on_which_it_was_done(yesterday: str) -> None:
    assert net(location__code="WH") == {"Sold": (5, Decimal("12.50")), "Thrown away": (2, None)}


def test_an_undo_that_was_undone_counts_again(yesterday: str) -> None:
    undo_latest()
    assert net(location__code="WH")["Sold"] == (8, Decimal("20.00"))
    undo_latest()
    assert net(location__code="WH")["Sold"] == (5, Decimal("12.50"))


def test_what_came_to_nothing_is_not_named(yesterday: str) -> None:
    book(OperationKind.PRODUCTION, "FLOUR", "WH", 7, made_at=NOON_YESTERDAY)
    undo_latest()
    assert "Made" not in net()


def test_the_page_of_one_day_says_what_it_came_to(
    client: Client, bob: User, alice: User, yesterday: str
) -> None:
    def seen_by(person: User) -> str:
        client.force_login(person)
        return words(client.get(f"/movements/?from={yesterday}&to={yesterday}"))

    everything = seen_by(alice)
    assert "Sold 45 pcs 112.50" in everything
    assert "Sold -40 pcs" in everything
    without_the_shop = seen_by(bob)
    assert "Sold 5 pcs 12.50" in without_the_shop
    assert "Thrown away 2 pcs" in without_the_shop
    assert "Sold 45 pcs" not in without_the_shop
    assert "Sold -40 pcs" not in without_the_shop


@pytest.mark.parametrize(
    "query", ["", "?from={0}", "?from=2020-01-01&to={0}", "?from={0}&to={0}&kind=sale"]
)
def test_a_longer_time_or_a_part_of_a_day_is_not_added_up(
    client: Client, bob: User, yesterday: str, query: str
) -> None:
    client.force_login(bob)
    assert "taken off" not in words(client.get("/movements/" + query.format(yesterday)))


def test_a_day_is_added_up_in_one_query(
    client: Client,
    bob: User,
    yesterday: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(bob)
    client.get("/movements/")
    # The group of managers, who may write where, locations, movements, and the day.
    with django_assert_num_queries(SESSION_USER_AND_CURSOR + 5) as queries:
        client.get(f"/movements/?from={yesterday}&to={yesterday}")
    assert sum("SUM(" in query["sql"] for query in queries.captured_queries) == 1


def test_a_day_is_found_by_an_index(db: None) -> None:
    """Of the whole query a planner with a handful of rows takes whatever it likes."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    day = StockMovement.objects.counted_between(now - timedelta(days=1), now).order_by()
    assert "movement_by_time" in day.values("id").explain()
