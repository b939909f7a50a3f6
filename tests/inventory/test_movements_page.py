"""The ledger as people read it: who, what, how much, where, when and why."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Location, OperationKind, Product
from inventory.views import movements
from tests.inventory.booked import book, receive

SESSION_USER_AND_CURSOR = 3


@pytest.fixture
def moved(flour: Product, warehouse: Location, shop: Location, alice: User, bob: User) -> None:
    receive("FLOUR", "WH", 1200, by=bob, reference="PO-1", reason="Weekly order")
    book(OperationKind.SALE, "FLOUR", "WH", 3, by=alice)
    receive("FLOUR", "SHOP", 77, by=alice, reference="PO-SECRET")


def rows(client: Client, query: str = "") -> list[tuple[str, int]]:
    answer = client.get(f"/movements/{query}")
    assert answer.status_code == 200
    return [(row.location, row.delta) for row in answer.context["movements"]]


def test_a_row_says_everything(client: Client, bob: User, moved: None) -> None:
    client.force_login(bob)
    html = client.get("/movements/").content.decode()

    for said in ("bob", "Received", "+1,200 pcs", "Warehouse", "Page", "Weekly order", "PO-1"):
        assert said in html
    assert "<time datetime=" in html


def test_newest_first_and_only_of_readable_locations(
    client: Client, alice: User, charlie: User, moved: None
) -> None:
    client.force_login(alice)
    assert rows(client) == [("SHOP", 77), ("WH", -3), ("WH", 1200)]

    client.force_login(charlie)
    assert rows(client) == [("WH", -3), ("WH", 1200)]
    html = client.get("/movements/").content.decode()
    for secret in ("SHOP", "Corner shop", "SECRET", "+77"):
        assert secret not in html


@pytest.mark.parametrize(
    ("query", "deltas"),
    [
        ("?location=SHOP", [77]),
        ("?kind=sale", [-3]),
        ("?actor=bob", [1200]),
        ("?source=page", [77, -3, 1200]),
        ("?source=import", []),
        ("?product=flour", [77, -3, 1200]),
        ("?product=NOTHING", []),
        ("?q=wheat", [77, -3, 1200]),
        ("?q=rye", []),
        ("?from=2000-01-01&to=2000-12-31", []),
        ("?from=2000-01-01", [77, -3, 1200]),
        ("?to=9999-12-30", [77, -3, 1200]),
        ("?kind=receive&location=WH", [1200]),
    ],
)
def test_filters(query: str, deltas: list[int], client: Client, alice: User, moved: None) -> None:
    client.force_login(alice)

    assert [delta for _, delta in rows(client, query)] == deltas


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?location=SHOP", "There is no location SHOP that you may see."),
        ("?location=NOWHERE", "There is no location NOWHERE that you may see."),
        ("?kind=theft", "theft is not one of the available choices"),
        ("?from=yesterday", "Enter a valid date."),
        ("?to=9999-12-31", "less than or equal to"),
        ("?from=2026-02-02&to=2026-02-01", "Choose a day that is not before the first one."),
    ],
)
def test_a_wrong_filter_is_named_and_nothing_is_looked_up(
    query: str, says: str, client: Client, bob: User, moved: None
) -> None:
    client.force_login(bob)
    answer = client.get(f"/movements/{query}")

    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert answer.context["movements"] == []


def test_pages_go_on_by_key(
    client: Client, alice: User, moved: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(movements, "PAGE", 2)
    client.force_login(alice)

    first = client.get("/movements/?q=flour")
    receive("FLOUR", "WH", 1)  # what comes meanwhile moves nothing
    assert rows(client, first.context["next"]) == [("WH", 1200)]


def test_somebody_without_access_is_told_whom_to_ask(
    client: Client, dora: User, moved: None
) -> None:
    client.force_login(dora)
    html = client.get("/movements/").content.decode()

    assert "You have no access to a location. Ask" in html
    for secret in ("Warehouse", "Wheat flour", "PO-1", "bob"):
        assert secret not in html


def test_a_stranger_is_asked_to_log_in(client: Client, moved: None) -> None:
    assert client.get("/movements/").status_code == 302


def test_it_reads_locations_and_movements_once_and_counts_nothing(
    client: Client, bob: User, moved: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(bob)
    client.get("/movements/")  # the first reader of a database writes its epoch
    # The group of managers, who may write where, locations, movements.
    with django_assert_num_queries(SESSION_USER_AND_CURSOR + 4) as queries:
        client.get("/movements/")
    assert not any("COUNT(" in query["sql"].upper() for query in queries.captured_queries)
