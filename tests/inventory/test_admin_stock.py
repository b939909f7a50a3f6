"""Stock in the admin: to look at, and to adjust by operations."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inventory import operations
from inventory.models import Location, OperationKind, Product, Source, StockLevel, StockMovement
from inventory.operations import Ask

pytestmark = pytest.mark.django_db
LIST = "/admin/inventory/stocklevel/"


def book(kind: OperationKind, location: str, quantity: int) -> None:
    ask = Ask(uuid4(), kind, "FLOUR", location, quantity)
    (answer,) = operations.apply([ask], by=None, source=Source.TASK)
    assert answer.error is None


def into_admin(client: Client, user: User) -> Client:
    user.is_staff = True
    user.save()
    client.force_login(user)
    return client


@pytest.fixture
def level(flour_level: StockLevel, shop: Location) -> StockLevel:
    book(OperationKind.RECEIVE, "WH", 10)
    book(OperationKind.RECEIVE, "SHOP", 7)
    return flour_level


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    return into_admin(client, alice)


@pytest.fixture
def as_bob(client: Client, bob: User) -> Client:
    return into_admin(client, bob)


def chosen(level: StockLevel, **fields: Any) -> dict[str, Any]:
    return {"action": "adjust", "_selected_action": [level.pk]} | fields


def filled(client: Client, level: StockLevel, quantity: Any, kind: str = "adjust") -> Any:
    """What the page would send, filled in."""
    shown = client.post(LIST, chosen(level))
    (line,) = shown.context["lines"]
    first = line.form.initial
    prefix = f"level-{level.pk}"
    return chosen(level) | {
        "book": "1",
        "reason": "Found behind the oven",
        f"{prefix}-id": str(first["id"]),
        f"{prefix}-version": first["version"],
        f"{prefix}-kind": kind,
        f"{prefix}-quantity": quantity,
    }


def quantity(level: StockLevel) -> int:
    level.refresh_from_db()
    return level.quantity


def test_an_adjustment_goes_into_the_ledger(
    as_alice: Client, level: StockLevel, alice: User
) -> None:
    answer = as_alice.post(LIST, filled(as_alice, level, -3), follow=True)
    assert "Wheat flour, Warehouse: now 7." in answer.content.decode()
    movement = StockMovement.objects.latest("id")
    assert (movement.delta, movement.actor, movement.source, movement.reason) == (
        -3,
        alice,
        "admin",
        "Found behind the oven",
    )
    assert quantity(level) == 7


def test_a_form_sent_twice_is_booked_once(as_alice: Client, level: StockLevel) -> None:
    form = filled(as_alice, level, 2)
    as_alice.post(LIST, form)
    as_alice.post(LIST, form)
    assert quantity(level) == 12


def test_a_refusal_is_said_beside_the_field_and_can_be_mended(
    as_alice: Client, level: StockLevel
) -> None:
    form = filled(as_alice, level, -50)
    shown = as_alice.post(LIST, form)
    (line,) = shown.context["lines"]
    assert line.form.errors["quantity"] == ["Only 10 on hand at Warehouse, 50 asked for."]
    again = form | {f"level-{level.pk}-id": line.form["id"].value()}
    as_alice.post(LIST, again | {f"level-{level.pk}-quantity": -5})
    assert quantity(level) == 5


def test_a_count_of_what_moved_meanwhile_shows_the_conflict(
    as_alice: Client, level: StockLevel
) -> None:
    form = filled(as_alice, level, 4, kind="count")
    book(OperationKind.SALE, "WH", 1)
    shown = as_alice.post(LIST, form)
    assert "It moved meanwhile: 10 then, 9 now." in shown.content.decode()
    assert quantity(level) == 9
    (line,) = shown.context["lines"]
    known = {f"level-{level.pk}-{name}": line.form[name].value() for name in ("id", "version")}
    as_alice.post(LIST, form | known)
    assert quantity(level) == 4


@pytest.mark.parametrize("wrong", ["1.5", "many", "1e400", "9" * 40])
def test_what_is_no_whole_number_is_said(as_alice: Client, level: StockLevel, wrong: str) -> None:
    shown = as_alice.post(LIST, filled(as_alice, level, wrong))
    assert shown.context["lines"][0].form.errors["quantity"]
    assert quantity(level) == 10


def test_a_reason_is_needed(as_alice: Client, level: StockLevel) -> None:
    shown = as_alice.post(LIST, filled(as_alice, level, 1) | {"reason": " "})
    assert shown.context["reason"].errors["reason"]
    assert quantity(level) == 10


def test_who_works_in_one_location_sees_and_adjusts_only_that(
    as_bob: Client, level: StockLevel, shop: Location
) -> None:
    page = as_bob.get(LIST).content.decode()
    assert "Warehouse" in page
    assert "Corner shop" not in page
    hidden = StockLevel.objects.get(location=shop)
    as_bob.post(LIST, chosen(hidden, book="1", reason="x"))
    as_bob.post(LIST, filled(as_bob, level, 1))
    assert (quantity(level), quantity(hidden)) == (11, 7)
    assert as_bob.get(f"{LIST}{hidden.pk}/change/").status_code == 302


def test_who_only_looks_is_refused_in_words(
    client: Client, charlie: User, level: StockLevel
) -> None:
    into_admin(client, charlie)
    shown = client.post(LIST, filled(client, level, 1))
    assert "You may look at Warehouse, but not change it." in shown.content.decode()
    assert quantity(level) == 10


def test_movements_of_a_hidden_location_are_not_shown(as_bob: Client, level: StockLevel) -> None:
    page = as_bob.get("/admin/inventory/stockmovement/").content.decode()
    assert "Warehouse" in page
    assert "Corner shop" not in page


@pytest.mark.parametrize("name", ["stocklevel", "stockmovement", "operation", "rightsstamp"])
def test_nobody_writes_the_books_by_hand(
    client: Client, level: StockLevel, name: str, flour: Product
) -> None:
    boss = User.objects.create_superuser("boss", password="demo")
    client.force_login(boss)
    one = client.get(f"/admin/inventory/{name}/add/")
    assert one.status_code == 403
    assert client.post(f"{LIST}{level.pk}/change/", {"quantity": "99"}).status_code == 403
    assert client.post(f"{LIST}{level.pk}/delete/", {"post": "yes"}).status_code == 403
    assert quantity(level) == 10
