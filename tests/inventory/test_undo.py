"""Putting right what was booked: by one press, or opened from a list."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.models import (
    Location,
    LocationAccess,
    MovementKind,
    OperationKind,
    Product,
    StockLevel,
    StockMovement,
)
from tests.inventory.booked import book
from tests.inventory.books import assert_books_agree
from tests.inventory.decided import HTMX, fields, send_back, words

SESSION_USER_AND_CURSOR = 3


@pytest.fixture
def stocked(flour_level: StockLevel, shop: Location) -> StockLevel:
    book(OperationKind.RECEIVE, "FLOUR", "WH", 10)
    return flour_level


@pytest.fixture
def sale(stocked: StockLevel, bob: User) -> StockMovement:
    made_at = timezone.now() - timedelta(hours=3)
    book(
        OperationKind.SALE, "FLOUR", "WH", 3, by=bob,
        made_at=made_at, reference="T-1", unit_price=Decimal("2.50"),
    )  # fmt: skip
    return StockMovement.objects.latest("id")


def on_hand(location: str = "WH") -> int:
    level = StockLevel.objects.filter(product__sku="FLOUR", location__code=location).first()
    return level.quantity if level else 0


def page_of(movement: StockMovement) -> str:
    return f"/movements/{movement.pk}/"


def undo_of(answer: Any) -> str:
    found = re.search(r'action="(/undo/[^"]+)"', answer.content.decode())
    assert found is not None, answer.content.decode()
    return found[1]


def sell(client: Client, level: StockLevel, *, plain: bool = False) -> Any:
    path = f"/stock/{level.pk}/sell/"
    opened = client.get(path, headers=None if plain else HTMX)
    return send_back(client, opened, path, plain=plain, typed={"quantity": "4"})


def test_one_press_on_the_message_takes_it_back(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    announced = sell(client, stocked)
    address = undo_of(announced)
    answer = client.post(address, {"slot": f"stock-{stocked.pk}"}, headers=HTMX)
    assert "Undone: Wheat flour, sold 4. Now 10 on hand at Warehouse." in words(answer)
    assert answer.content.decode().lstrip().startswith(f'<tr id="form-{stocked.pk}"')
    assert undo_of(answer) != address, "the undo can be undone"
    assert on_hand() == 10


def test_a_double_press_is_harmless(client: Client, bob: User, stocked: StockLevel) -> None:
    client.force_login(bob)
    address = undo_of(sell(client, stocked))
    for _ in range(2):
        answer = client.post(address, {"slot": f"stock-{stocked.pk}"}, headers=HTMX)
        assert "Undone: Wheat flour, sold 4." in words(answer)
    assert (on_hand(), StockMovement.objects.count()) == (10, 3)


def test_without_a_script_the_message_of_the_next_page_has_the_button(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    announced = client.get(sell(client, stocked, plain=True)["Location"])
    undone = client.post(undo_of(announced), fields(announced, "/undo/"), follow=True)
    assert undone.redirect_chain == [("/products/FLOUR/", 302)]
    assert "Undone: Wheat flour, sold 4. Now 10 on hand at Warehouse." in words(undone)
    client.post(undo_of(undone), fields(undone, "/undo/"))
    assert on_hand() == 6


def test_a_refusal_says_why_and_the_button_stays(
    client: Client, bob: User, flour_level: StockLevel
) -> None:
    client.force_login(bob)
    path = f"/stock/{flour_level.pk}/receive/"
    announced = send_back(client, client.get(path, headers=HTMX), path, typed={"quantity": "5"})
    book(OperationKind.SALE, "FLOUR", "WH", 2)
    slot = {"slot": f"stock-{flour_level.pk}"}
    refused = client.post(undo_of(announced), slot, headers=HTMX)
    assert "Only 3 on hand at Warehouse, undoing it takes 5." in words(refused)
    assert 'role="alert"' in refused.content.decode()
    book(OperationKind.RECEIVE, "FLOUR", "WH", 2)
    assert "Undone: Wheat flour, received 5." in words(
        client.post(undo_of(refused), slot, headers=HTMX)
    )
    assert on_hand() == 0


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("bob", 200), ("charlie", 403), ("dora", 404)]
)
def test_who_may_take_back(
    client: Client, sale: StockMovement, request: pytest.FixtureRequest, name: str, status: int
) -> None:
    client.force_login(request.getfixturevalue(name))
    address = f"/undo/{sale.operation_id}/{uuid4()}/"
    answer = client.post(address, {"slot": "movement-1"}, headers=HTMX)
    assert answer.status_code == status
    assert on_hand() == (10 if status == 200 else 7)


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("bob", 200), ("charlie", 200), ("dora", 404)]
)
def test_who_may_look_at_a_movement(
    client: Client, sale: StockMovement, request: pytest.FixtureRequest, name: str, status: int
) -> None:
    client.force_login(request.getfixturevalue(name))
    answer = client.get(page_of(sale))
    assert answer.status_code == status
    offered = b"Undo all of it" in answer.content
    assert offered == (name in {"alice", "bob"})
    if name == "charlie":
        assert "You may look at Warehouse, but not change it." in words(answer)
        assert client.post(page_of(sale), {"id": str(uuid4())}).status_code == 403


@pytest.mark.parametrize("number", [0, 999_999, 2**70])
def test_a_movement_that_is_not_there(client: Client, bob: User, number: int) -> None:
    client.force_login(bob)
    assert client.get(f"/movements/{number}/").status_code == 404


def test_it_says_what_undoing_leads_to(client: Client, bob: User, sale: StockMovement) -> None:
    client.force_login(bob)
    row = client.get(page_of(sale), headers=HTMX)
    assert row.content.decode().lstrip().startswith(f'<tr id="form-movement-{sale.pk}"')
    text = words(row)
    assert "Put right: Wheat flour, sold 3 pcs" in text
    assert "Warehouse: 7 on hand now, 10 after it" in text


@pytest.mark.parametrize("plain", [False, True], ids=["in place", "without a script"])
def test_undone_from_the_list_with_a_reason(
    client: Client, bob: User, sale: StockMovement, plain: bool
) -> None:
    client.force_login(bob)
    opened = client.get(page_of(sale), headers=None if plain else HTMX)
    typed = {"reason": "wrong till"}
    data = {"id": str(uuid4()), "next": fields(opened, page_of(sale))["next"]} | typed
    answer = client.post(page_of(sale), data, headers=None if plain else HTMX)
    assert answer.status_code == (302 if plain else 200)
    reversal = StockMovement.objects.latest("id")
    assert (reversal.kind, reversal.reverses, reversal.reason) == ("reversal", sale, "wrong till")
    assert on_hand() == 10


def test_an_undone_line_and_its_undoing_name_each_other(
    client: Client, bob: User, alice: User, sale: StockMovement
) -> None:
    client.force_login(bob)
    before = client.get("/movements/").context["movements"]
    book(OperationKind.REVERSAL, "", "", None, by=alice, reverses=sale.pk)  # type: ignore[arg-type]
    page = client.get("/movements/")
    undoing, undone = page.context["movements"][:2]
    assert (undone.undone_by, undone.undone_by_actor) == (undoing.id, "alice")
    assert undone.rev == before[0].rev + 1, "the browser keeps the larger"
    text = words(page)
    assert "Undone by alice" in text
    assert "Takes back: sold by bob" in text
    html = page.content.decode()
    assert f'href="/movements/{undoing.id}/"' in html
    assert f'href="/movements/{undone.id}/"' in html
    row = html.split(f'id="movement-{undone.id}"')[1].split("</tr>")[0]
    assert "Put right" not in row, "it can't be undone twice"
    assert "Undone by alice" in words(client.get(page_of(sale)))


def test_the_undo_can_be_undone_and_the_first_only_once(
    client: Client, bob: User, sale: StockMovement
) -> None:
    client.force_login(bob)
    data = {"id": str(uuid4())}
    assert client.post(page_of(sale), data, headers=HTMX).status_code == 200
    again = client.post(page_of(sale), {"id": str(uuid4())}, headers=HTMX)
    assert again.status_code == 422
    assert "This was undone before: it can't be undone twice." in words(again)
    undoing = StockMovement.objects.get(reverses=sale)
    assert client.post(page_of(undoing), {"id": str(uuid4())}, headers=HTMX).status_code == 200
    assert on_hand() == 7
    assert_books_agree()


def test_both_lines_of_a_move_go_back(client: Client, alice: User, stocked: StockLevel) -> None:
    client.force_login(alice)
    book(OperationKind.TRANSFER, "FLOUR", "WH", 4, by=alice, to_location="SHOP")
    came_in = StockMovement.objects.get(kind=MovementKind.TRANSFER_IN)
    text = words(client.get(page_of(came_in)))
    assert "Corner shop: 4 on hand now, 0 after it" in text
    assert "Warehouse: 6 on hand now, 10 after it" in text
    client.post(page_of(came_in), {"id": str(uuid4())}, headers=HTMX)
    assert (on_hand(), on_hand("SHOP")) == (10, 0)


def test_a_move_to_where_one_may_not_write_stays(
    client: Client, bob: User, alice: User, stocked: StockLevel, shop: Location
) -> None:
    client.force_login(bob)
    book(OperationKind.TRANSFER, "FLOUR", "WH", 4, by=alice, to_location="SHOP")
    out = StockMovement.objects.get(kind=MovementKind.TRANSFER_OUT)
    blind = client.get(page_of(out))
    assert "to or from where you may not change stock" in words(blind)
    assert "Corner shop" not in words(blind)
    assert client.post(page_of(out), {"id": str(uuid4())}).status_code == 403
    LocationAccess.objects.create(user=bob, location=shop)
    assert "You may look at Corner shop, but not change it." in words(client.get(page_of(out)))
    assert (on_hand(), on_hand("SHOP")) == (6, 4)


def test_what_is_archived_is_not_booked(
    client: Client, bob: User, sale: StockMovement, flour: Product
) -> None:
    client.force_login(bob)
    Product.objects.update(active=False)
    assert "Wheat flour is archived" in words(client.get(page_of(sale)))
    answer = client.post(page_of(sale), {"id": str(uuid4())}, headers=HTMX)
    assert answer.status_code == 422
    assert on_hand() == 7


def test_a_movement_is_read_by_a_fixed_number_of_queries(
    client: Client,
    bob: User,
    sale: StockMovement,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(bob)
    client.get("/movements/")
    # The group of managers, the lines, who may write where.
    with django_assert_num_queries(SESSION_USER_AND_CURSOR + 3):
        client.get(page_of(sale))
