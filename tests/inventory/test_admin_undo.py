"""The admin offers the way to put right what was booked, and goes through operations."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from inventory.models import Location, OperationKind, StockLevel, StockMovement
from tests.conftest import person
from tests.inventory.booked import book

pytestmark = pytest.mark.django_db
LIST = "/admin/inventory/stockmovement/"


@pytest.fixture
def boss(client: Client) -> User:
    boss = person("boss", is_superuser=True, is_staff=True)
    client.force_login(boss)
    return boss


def undo(client: Client, *movements: StockMovement) -> Any:
    form = {"action": "undo", "_selected_action": [movement.pk for movement in movements]}
    return client.post(LIST, form, follow=True)


def test_selected_movements_are_undone(client: Client, boss: User, flour_level: StockLevel) -> None:
    book(OperationKind.RECEIVE, "FLOUR", "WH", 10)
    book(OperationKind.SALE, "FLOUR", "WH", 4)
    answer = undo(client, StockMovement.objects.get(kind="sale"))
    assert "Undone: 1." in answer.content.decode()
    reversal = StockMovement.objects.get(kind="reversal")
    assert (reversal.actor, reversal.source, reversal.quantity_after) == (boss, "admin", 10)
    assert "Undone by boss" in answer.content.decode()


def test_what_can_not_be_undone_is_named_and_the_others_are(
    client: Client, boss: User, flour_level: StockLevel
) -> None:
    book(OperationKind.RECEIVE, "FLOUR", "WH", 10)
    book(OperationKind.WASTE, "FLOUR", "WH", 1)
    book(OperationKind.SALE, "FLOUR", "WH", 4)
    receipt, sale = StockMovement.objects.filter(kind__in=("receive", "sale")).order_by("id")
    undo(client, sale)
    text = undo(client, receipt, sale).content.decode()
    assert "Only 9 on hand at Warehouse, undoing it takes 10." in text
    assert "This was undone before" in text
    flour_level.refresh_from_db()
    assert flour_level.quantity == 9


def test_who_only_looks_undoes_nothing(
    client: Client, charlie: User, flour_level: StockLevel, shop: Location
) -> None:
    charlie.is_staff = True
    charlie.save()
    charlie.user_permissions.add(Permission.objects.get(codename="view_stockmovement"))
    client.force_login(charlie)
    book(OperationKind.RECEIVE, "FLOUR", "WH", 10)
    book(OperationKind.RECEIVE, "FLOUR", "SHOP", 10)
    here, there = StockMovement.objects.order_by("id")
    text = undo(client, here, there).content.decode()
    assert "You may look at Warehouse, but not change it." in text
    assert "Corner shop" not in text
    assert not StockMovement.objects.filter(kind="reversal").exists()


def test_an_adjustment_is_announced_with_the_way_to_undo_it(
    client: Client, boss: User, flour_level: StockLevel
) -> None:
    page = "/admin/inventory/stocklevel/"
    form = {"action": "adjust", "_selected_action": [flour_level.pk]}
    shown = client.post(page, form)
    line = shown.context["lines"][0].form
    prefix = f"level-{flour_level.pk}"
    data = {
        "book": "1",
        "reason": "found",
        f"{prefix}-id": str(line.initial["id"]),
        f"{prefix}-version": str(line.initial["version"]),
        f"{prefix}-kind": "adjust",
        f"{prefix}-quantity": "3",
    }
    answer = client.post(page, form | data, follow=True)
    [message] = answer.context["messages"]
    address = str(message).split('href="')[1].split('"')[0]
    movement = StockMovement.objects.get()
    assert client.get(address)["Location"] == f"/movements/{movement.pk}/"
