"""The form that opens on a row: who may, what it books, what it says when it can't."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inventory.actions import ACTIONS
from inventory.models import (
    Location,
    Operation,
    OperationKind,
    Product,
    Source,
    StockLevel,
    StockMovement,
)
from inventory.operations import Ask, apply

HTMX = {"HX-Request": "true"}


def on_hand(level: StockLevel) -> int:
    level.refresh_from_db()
    return level.quantity


@pytest.fixture
def stocked(flour_level: StockLevel, shop: Location) -> StockLevel:
    apply([Ask(uuid4(), OperationKind.RECEIVE, "FLOUR", "WH", 10)], by=None, source=Source.TASK)
    flour_level.refresh_from_db()
    return flour_level


def send(client: Client, level: StockLevel, action: str, **typed: Any) -> Any:
    data = {"id": str(uuid4()), "base_version": level.version} | typed
    return client.post(f"/stock/{level.pk}/{action}/", data, headers=HTMX)


def words(answer: Any) -> str:
    text: str = answer.content.decode()
    return text.replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("action", "typed", "left"),
    [
        ("receive", {"quantity": 5, "reference": "D-1"}, 15),
        ("bake", {"quantity": 5}, 15),
        ("return", {"quantity": 5, "reason": "wrong kind"}, 15),
        ("sell", {"quantity": 4}, 6),
        ("throw-away", {"quantity": 4, "reason": "wet"}, 6),
        ("adjust", {"quantity": -4}, 6),
        ("count", {"quantity": 7}, 7),
        ("move", {"quantity": 4, "to_location": "SHOP"}, 6),
    ],
)
def test_each_action_books_and_says_what_is_there_now(
    client: Client, alice: User, stocked: StockLevel, action: str, typed: dict[str, Any], left: int
) -> None:
    client.force_login(alice)
    answer = send(client, stocked, action, **typed)
    assert answer.status_code == 200
    assert f"Now {left} on hand at Warehouse." in words(answer)
    assert 'name="quantity"' not in words(answer)
    assert on_hand(stocked) == left
    movement = StockMovement.objects.filter(level=stocked).latest("id")
    assert (movement.actor, movement.source) == (alice, "page")


@pytest.mark.parametrize("action", ACTIONS)
def test_each_form_opens_as_a_row_and_as_a_page(
    client: Client, bob: User, stocked: StockLevel, action: str
) -> None:
    client.force_login(bob)
    row = client.get(f"/stock/{stocked.pk}/{action}/", headers=HTMX).content.decode()
    assert row.lstrip().startswith(f'<tr id="form-{stocked.pk}"')
    assert f'data-keep="stock-{stocked.pk}"' in row
    page = client.get(f"/stock/{stocked.pk}/{action}/").content.decode()
    assert "<html" in page
    assert "hx-post" not in page


def test_a_second_form_on_a_row_takes_the_place_of_the_first(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    first = client.get(f"/stock/{stocked.pk}/sell/", headers=HTMX)
    assert "HX-Retarget" not in first
    second = client.get(f"/stock/{stocked.pk}/sell/?opened=1", headers=HTMX)
    assert second["HX-Retarget"] == f"#form-{stocked.pk}"


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("bob", 200), ("charlie", 403), ("dora", 404)]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_is_refused_and_nothing_is_booked(
    client: Client,
    stocked: StockLevel,
    request: pytest.FixtureRequest,
    name: str,
    status: int,
    method: str,
) -> None:
    client.force_login(request.getfixturevalue(name))
    data = {"id": str(uuid4()), "quantity": 1, "base_version": 1}
    answer = getattr(client, method)(f"/stock/{stocked.pk}/receive/", data, headers=HTMX)
    assert answer.status_code == status
    assert on_hand(stocked) == (11 if status == 200 and method == "post" else 10)


def test_a_stranger_is_sent_to_the_login(client: Client, stocked: StockLevel) -> None:
    assert client.get(f"/stock/{stocked.pk}/sell/").status_code == 302


def test_an_unknown_action_and_a_wrong_method_are_refused(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    assert client.get(f"/stock/{stocked.pk}/steal/").status_code == 404
    assert client.delete(f"/stock/{stocked.pk}/sell/").status_code == 405


@pytest.mark.parametrize(
    ("action", "typed", "says"),
    [
        ("sell", {"quantity": ""}, "Type how much."),
        ("sell", {"quantity": "a few"}, "Type a whole number, for example 12."),
        ("sell", {"quantity": "1.5"}, "Type a whole number, for example 12."),
        ("sell", {"quantity": "9" * 20}, "At most 1,000,000,000,000 at a time."),
        ("sell", {"quantity": "9" * 5000}, "Type a whole number"),
        ("sell", {"quantity": "0"}, "The quantity is a whole number above 0."),
        ("sell", {"quantity": "11"}, "Only 10 on hand at Warehouse, 11 asked for."),
        ("adjust", {"quantity": "0"}, "An adjustment adds or takes away: not 0."),
        ("count", {"quantity": "-1"}, "A count is 0 or more."),
        ("move", {"quantity": "1"}, "Choose where it goes."),
        ("move", {"quantity": "1", "to_location": "SHOP"}, "you can't move goods anywhere else"),
        ("throw-away", {"quantity": "1", "reason": "x" * 201}, "at most 200 characters"),
        ("sell", {"quantity": "1", "id": "no uuid"}, "This form was damaged"),
    ],
)
def test_a_fault_is_said_beside_what_was_typed_and_nothing_is_booked(
    client: Client,
    bob: User,
    stocked: StockLevel,
    action: str,
    typed: dict[str, Any],
    says: str,
) -> None:
    client.force_login(bob)
    answer = send(client, stocked, action, **typed)
    assert answer.status_code == 422
    text = words(answer)
    assert says in text
    if typed["quantity"]:
        assert f'value="{typed["quantity"]}"' in text
    assert on_hand(stocked) == 10


def test_pressing_twice_books_once_and_says_the_same(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    key = str(uuid4())
    for _ in range(2):
        answer = words(send(client, stocked, "sell", quantity=3, id=key))
        assert "Sold 3: Wheat flour. Now 7 on hand at Warehouse." in answer
    assert on_hand(stocked) == 7


def test_after_a_refusal_the_mended_form_can_be_booked(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    refused = words(send(client, stocked, "sell", quantity=11))
    key = re.search(r'name="id" value="([^"]+)"', refused)
    assert key is not None
    assert send(client, stocked, "sell", quantity=10, id=key[1]).status_code == 200
    assert on_hand(stocked) == 0


def test_a_fault_of_typing_keeps_the_id_of_the_form(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    key = str(uuid4())
    assert f'name="id" value="{key}"' in words(send(client, stocked, "sell", quantity="x", id=key))
    assert not Operation.objects.filter(pk=key).exists()


def test_without_a_script_the_person_goes_back_to_where_they_were(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    data = {"id": str(uuid4()), "quantity": 1, "next": "/stock/?q=flour", "base_version": 1}
    answer = client.post(f"/stock/{stocked.pk}/sell/", data, follow=True)
    assert answer.redirect_chain == [("/stock/?q=flour", 302)]
    assert "Sold 1: Wheat flour. Now 9 on hand at Warehouse." in words(answer)


def test_nobody_is_led_to_another_site(client: Client, bob: User, stocked: StockLevel) -> None:
    client.force_login(bob)
    data = {"id": str(uuid4()), "quantity": 1, "next": "https://evil.example/", "base_version": 1}
    answer = client.post(f"/stock/{stocked.pk}/sell/", data)
    assert answer["Location"] == "/products/FLOUR/"


def test_the_first_stock_of_a_product_in_a_location(
    client: Client, alice: User, flour: Product, shop: Location
) -> None:
    client.force_login(alice)
    assert "Corner shop" in words(client.get("/products/FLOUR/receive/"))
    data = {"id": str(uuid4()), "quantity": 6, "location": "SHOP"}
    answer = client.post("/products/FLOUR/receive/", data)
    assert answer["Location"] == "/products/FLOUR/"
    assert StockLevel.objects.get(product=flour, location=shop).quantity == 6


@pytest.mark.parametrize(("name", "status"), [("bob", 422), ("charlie", 403), ("dora", 404)])
def test_goods_are_received_only_where_one_may_write(
    client: Client,
    flour: Product,
    shop: Location,
    warehouse: Location,
    request: pytest.FixtureRequest,
    name: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(name))
    data = {"id": str(uuid4()), "quantity": 6, "location": "SHOP"}
    assert client.post("/products/FLOUR/receive/", data).status_code == status
    assert not StockLevel.objects.exists()
