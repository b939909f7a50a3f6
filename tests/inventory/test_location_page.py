"""A location: what is in it, for whoever may read it; for anybody else there is none."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Location, Product, StockLevel
from inventory.views import lists
from tests.inventory.booked import receive

SESSION_USER_AND_CURSOR = 3


@pytest.fixture
def stocked(flour: Product, warehouse: Location, shop: Location) -> None:
    receive("FLOUR", "WH", 1200)
    receive("FLOUR", "SHOP", 7)


@pytest.mark.parametrize(
    ("name", "address", "status"),
    [
        ("alice", "/locations/SHOP/", 200),
        ("bob", "/locations/WH/", 200),
        ("charlie", "/locations/WH/", 200),
        ("bob", "/locations/SHOP/", 404),
        ("charlie", "/locations/SHOP/", 404),
        ("dora", "/locations/WH/", 404),
        ("alice", "/locations/NOWHERE/", 404),
    ],
)
def test_who_finds_a_location(
    name: str,
    address: str,
    status: int,
    client: Client,
    stocked: None,
    request: pytest.FixtureRequest,
) -> None:
    client.force_login(request.getfixturevalue(name))

    assert client.get(address).status_code == status


def test_a_stranger_is_asked_to_log_in(client: Client, stocked: None) -> None:
    assert client.get("/locations/WH/").status_code == 302


def test_it_shows_its_own_figures_rows_and_movements(
    client: Client, alice: User, stocked: None
) -> None:
    client.force_login(alice)
    html = client.get("/locations/WH/").content.decode()

    assert "2,400.00" in html
    assert f'id="stock-{StockLevel.objects.get(location__code="WH").pk}"' in html
    assert f'id="stock-{StockLevel.objects.get(location__code="SHOP").pk}"' not in html
    assert "+1,200" in html
    assert "+7" not in html


def test_a_location_where_nothing_was_ever_kept_has_a_page(
    client: Client, bob: User, warehouse: Location
) -> None:
    client.force_login(bob)

    assert "Nothing is kept here yet." in client.get("/locations/WH/").content.decode()


def test_pages_go_on_where_the_last_one_ended(
    client: Client, bob: User, warehouse: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "STOCK_PAGE", 2)
    for number in range(5):
        product = Product.objects.create(sku=f"P{number}", name=f"Roll & {number // 2}")
        StockLevel.objects.create(product=product, location=warehouse)
    client.force_login(bob)

    seen: list[str] = []
    query = ""
    for _ in range(3):
        answer = client.get(f"/locations/WH/{query}")
        seen += [row.sku for row in answer.context["stock"].rows]
        query = answer.context["stock"].next
    assert seen == ["P0", "P1", "P2", "P3", "P4"]
    assert query == ""


@pytest.mark.parametrize("query", ["?id=x&after=y", "?id=99999999999999999999", "?status=nonsense"])
def test_nonsense_in_the_address_is_the_first_page(
    query: str, client: Client, bob: User, stocked: None
) -> None:
    client.force_login(bob)

    assert "Wheat flour" in client.get(f"/locations/WH/{query}").content.decode()


def test_a_status_lists_only_what_is_like_that(client: Client, bob: User, stocked: None) -> None:
    client.force_login(bob)
    html = client.get("/locations/WH/?status=low").content.decode()

    assert "Nothing is low here" in html
    assert "data-volatile" in html


def test_the_list_of_locations_has_those_that_one_may_read(
    client: Client, bob: User, dora: User, stocked: None
) -> None:
    client.force_login(bob)
    html = client.get("/locations/").content.decode()
    assert "Warehouse" in html
    assert "Corner shop" not in html

    client.force_login(dora)
    assert "You have no access to a location." in client.get("/locations/").content.decode()


def test_it_reads_location_rows_and_movements_once(
    client: Client, bob: User, stocked: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(bob)
    client.get("/locations/WH/")  # the first reader of a database writes its epoch
    # The group of managers, who may write where, location, rows, movements.
    with django_assert_num_queries(SESSION_USER_AND_CURSOR + 5):
        client.get("/locations/WH/")
