"""A product is known to whoever reads any location; its stock only where they read."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Barcode, Location, Product
from tests.inventory.booked import receive

SESSION_USER_AND_CURSOR = 3


@pytest.fixture
def stocked(flour: Product, warehouse: Location, shop: Location, alice: User) -> None:
    receive("FLOUR", "WH", 1200, reference="PO-1")
    receive("FLOUR", "SHOP", 7, by=alice, reference="PO-SECRET", reason="A secret reason")


def test_a_manager_sees_every_location_and_their_sum(
    client: Client, alice: User, stocked: None
) -> None:
    client.force_login(alice)
    html = client.get("/products/FLOUR/").content.decode()

    for shown in ("1,207", "2,414.00", "Corner shop", "PO-SECRET", "Old Mill"):
        assert shown in html


@pytest.mark.parametrize("name", ["bob", "charlie"])
def test_figures_rows_and_movements_are_of_readable_locations_only(
    name: str, client: Client, stocked: None, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(name))
    html = client.get("/products/FLOUR/").content.decode()

    assert "1,200" in html
    assert "PO-1" in html
    for secret in ("1,207", "2,414", "Corner shop", "SHOP", "secret", "SECRET", "alice"):
        assert secret not in html


def test_somebody_who_reads_nothing_does_not_even_learn_that_it_exists(
    client: Client, dora: User, stocked: None
) -> None:
    client.force_login(dora)

    assert client.get("/products/FLOUR/").status_code == 404
    assert client.get("/products/flour/").status_code == 404
    assert client.get("/products/NOTHING/").status_code == 404


def test_a_stranger_is_asked_to_log_in(client: Client, stocked: None) -> None:
    assert client.get("/products/FLOUR/").status_code == 302


def test_another_case_of_the_sku_leads_to_the_one_address(
    client: Client, bob: User, stocked: None
) -> None:
    client.force_login(bob)
    answer = client.get("/products/flOUR/")

    assert answer.status_code == 301
    assert answer["Location"] == "/products/FLOUR/"


def test_barcodes_and_an_archived_product_are_said(
    client: Client, bob: User, flour: Product
) -> None:
    Barcode.objects.create(code="4006381333931", product=flour)
    Product.objects.update(active=False)
    client.force_login(bob)
    html = client.get("/products/FLOUR/").content.decode()

    assert "4006381333931" in html
    assert "Archived" in html
    assert "No location that you may see holds this product yet." in html


@pytest.mark.parametrize("region", ["product-figures", "product-levels", "product-movements"])
def test_each_region_is_answered_alone(
    region: str, client: Client, bob: User, stocked: None
) -> None:
    client.force_login(bob)
    html = client.get("/products/FLOUR/", headers={"HX-Target": region}).content.decode()

    assert f'id="{region}"' in html
    assert html.count("data-topics") == 1
    assert 'data-src="/products/FLOUR/"' in html


def test_it_reads_head_figures_rows_and_movements_once(
    client: Client, bob: User, stocked: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(bob)
    client.get("/products/FLOUR/")  # the first reader of a database writes its epoch
    # The group of managers, who may write where, head, figures, rows, movements.
    with django_assert_num_queries(SESSION_USER_AND_CURSOR + 6):
        client.get("/products/FLOUR/")


@pytest.mark.parametrize(
    ("price", "shown"), [("2.3", "2.30"), ("0.0012", "0.0012"), ("1200", "1,200.00")]
)
def test_a_price_has_the_decimals_that_say_something(
    price: str, shown: str, client: Client, bob: User, stocked: None
) -> None:
    Product.objects.update(price=Decimal(price))
    client.force_login(bob)

    assert f"Sold at {shown} and bought at" in client.get("/products/FLOUR/").content.decode()
