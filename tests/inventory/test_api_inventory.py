"""`GET /api/v1/inventory`."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory import operations
from inventory.api.inventory import InventoryOut
from inventory.models import (
    Location,
    LocationAccess,
    OperationKind,
    Product,
    Source,
    StockLevel,
    Vendor,
)
from inventory.operations import Ask

pytestmark = pytest.mark.django_db
URL = "/api/v1/inventory"


def receive(product: Product, location: Location, quantity: int) -> None:
    ask = Ask(uuid4(), OperationKind.RECEIVE, product.sku, location.code, quantity)
    (answer,) = operations.apply([ask], by=None, source=Source.TASK)
    assert answer.error is None


def get(client: Client, **asked: Any) -> dict[str, Any]:
    answer = client.get(URL, asked)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    InventoryOut.model_validate(found)
    return found


@pytest.fixture
def stocked(flour: Product, flour_level: StockLevel, warehouse: Location, shop: Location) -> None:
    receive(flour, warehouse, 12)
    receive(flour, shop, 3)


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def as_bob(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.mark.usefixtures("stocked")
def test_an_item_says_all_that_the_page_would_say(as_alice: Client) -> None:
    item, _ = get(as_alice, product="FLOUR")["items"]
    assert item == {
        "sku": "FLOUR",
        "name": "Wheat flour",
        "location": "WH",
        "quantity": 12,
        "reserved": 0,
        "available": 12,
        "minimum": 5,
        "status": "ok",
        "version": 2,
        "product": {
            "sku": "FLOUR",
            "name": "Wheat flour",
            "unit": "piece",
            "price": "3.0000",
            "cost": "2.0000",
            "active": True,
            "vendor": "MILL",
            "category": None,
        },
        "location_detail": {
            "code": "WH",
            "name": "Warehouse",
            "kind": "warehouse",
            "active": True,
        },
    }


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize(
    ("asked", "total", "is_low"),
    [
        ({}, 15, True),
        ({"product": "flour"}, 15, True),
        ({"vendor": "MILL"}, 15, True),
        ({"location": "WH"}, 12, False),
        ({"location": "SHOP", "vendor": "MILL"}, 3, True),
    ],
)
def test_the_figures_are_those_of_what_was_asked_for(
    as_alice: Client, asked: dict[str, str], total: int, is_low: bool
) -> None:
    found = get(as_alice, **asked)
    assert (found["total_quantity"], found["is_low_stock"]) == (total, is_low)


@pytest.mark.usefixtures("stocked")
def test_grams_are_totalled_only_for_their_own_product(
    as_alice: Client, mill: Vendor, warehouse: Location
) -> None:
    salt = Product.objects.create(sku="SALT", name="Salt", vendor=mill, unit="gram")
    receive(salt, warehouse, 5_000)
    assert get(as_alice, product="SALT")["total_quantity"] == 5_000
    assert get(as_alice, vendor="MILL")["total_quantity"] == 15
    assert get(as_alice)["total_quantity"] == 15


@pytest.mark.usefixtures("stocked")
def test_an_archived_product_is_never_low(as_alice: Client, flour: Product) -> None:
    Product.objects.filter(pk=flour.pk).update(active=False)
    assert not get(as_alice, product="FLOUR")["is_low_stock"]
    assert not get(as_alice)["is_low_stock"]


@pytest.mark.usefixtures("stocked")
def test_figures_leave_out_what_one_may_not_see(as_bob: Client) -> None:
    for asked in ({}, {"product": "FLOUR"}, {"vendor": "MILL"}):
        found = get(as_bob, **asked)
        assert [item["location"] for item in found["items"]] == ["WH"]
        assert (found["total_quantity"], found["is_low_stock"]) == (12, False)


@pytest.mark.usefixtures("stocked")
def test_a_hidden_location_is_answered_like_one_that_is_not_there(as_bob: Client) -> None:
    hidden = as_bob.get(URL, {"location": "SHOP"})
    absent = as_bob.get(URL, {"location": "NONE"})
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content.replace(b"SHOP", b"NONE") == absent.content
    assert hidden["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["product", "vendor", "location"])
@pytest.mark.parametrize("code", ["NONE", "\0", "é", "a" * 3_000, "'; --"])
def test_what_is_not_there_is_404(as_alice: Client, name: str, code: str) -> None:
    answer = as_alice.get(URL, {name: code})
    assert (answer.status_code, answer.json()["code"]) == (404, f"unknown_{name}")


def test_what_is_there_and_empty_is_an_empty_list(as_alice: Client, flour: Product) -> None:
    assert get(as_alice, product="FLOUR")["items"] == []


def test_a_person_without_access_sees_nothing(client: Client, dora: User, stocked: None) -> None:
    client.force_login(dora)
    assert get(client) == {"items": [], "total_quantity": 0, "is_low_stock": False, "next": None}


def test_pages_hold_every_row_once(as_alice: Client, warehouse: Location, shop: Location) -> None:
    for number in range(7):
        product = Product.objects.create(sku=f"P{number}", name="Thing")
        receive(product, warehouse, 1)
        receive(product, shop, 1)
    seen, cursor = [], ""
    while True:
        page = get(as_alice, limit=3, cursor=cursor)
        assert page["total_quantity"] == 14
        seen += [(item["sku"], item["location"]) for item in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 14


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"limit": "1e3"}, "limit"),
        ({"limit": "9" * 5_000}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "1.99999999999999999999"}, "cursor"),
        ({"cursor": "\0"}, "cursor"),
    ],
)
def test_a_wrong_value_is_named(as_alice: Client, asked: dict[str, str], field: str) -> None:
    answer = as_alice.get(URL, asked)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fresh_cache", "stocked")
def test_an_unchanged_answer_is_304_and_a_change_is_not(
    as_alice: Client, flour: Product, shop: Location
) -> None:
    first = as_alice.get(URL)
    assert first["X-Cache"] == "miss"
    assert "db;dur=" in first["Server-Timing"]
    again = as_alice.get(URL, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    receive(flour, shop, 1)
    assert as_alice.get(URL, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize(
    "asked", [{}, {"product": "FLOUR"}, {"vendor": "MILL"}, {"location": "WH"}]
)
def test_a_read_takes_three_queries_beside_session_and_user(
    as_bob: Client, asked: dict[str, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):
        get(as_bob, **asked)


def test_nobody_logged_in_is_401_and_not_a_form(client: Client) -> None:
    answer = client.get(URL)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "log_in"


def test_a_right_taken_away_acts_at_once(
    as_bob: Client, bob: User, stocked: None, warehouse: Location
) -> None:
    assert get(as_bob)["items"]
    LocationAccess.objects.filter(user=bob).delete()
    assert get(as_bob)["items"] == []


def test_another_method_is_405(as_alice: Client) -> None:
    assert as_alice.delete(URL).status_code == 405


def test_an_unknown_address_of_the_api_is_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/nothing/here")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
