"""What only the program may say, nobody can send; and a guessed number opens nothing."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inventory.models import Location, Operation, Product, StockLevel, StockMovement
from tests.inventory.books import ask, book, on_hand

pytestmark = pytest.mark.django_db
POST = "/api/v1/operations"
OURS = [
    "actor", "actor_id", "source", "recorded_at", "received_at", "version", "version_after",
    "quantity_after", "delta", "outcome", "status", "answer", "digest", "level", "level_id",
    "product", "undone_kind", "by", "is_superuser", "__class__", "together",
]  # fmt: skip


@pytest.fixture
def hidden(shop: Location, flour: Product) -> StockLevel:
    book(ask("receive", 40, location="SHOP"))
    return StockLevel.objects.get(location=shop)


@pytest.fixture
def as_bob(client: Client, bob: User, flour_level: StockLevel) -> Client:
    client.force_login(bob)
    return client


def operation(**fields: Any) -> dict[str, Any]:
    asked = {"id": str(uuid4()), "kind": "receive", "sku": "FLOUR", "location": "WH"}
    return asked | {"quantity": 10} | fields


def post(client: Client, *asked: Any, **beside: Any) -> Any:
    body = {"operations": asked} | beside
    return client.post(POST, body, content_type="application/json")


def refused(client: Client, asked: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = post(client, asked).json()["results"][0]
    assert result["status"] == "rejected"
    return result | {"id": ""}


@pytest.mark.parametrize("field", OURS)
def test_an_operation_has_no_fields_but_its_own(as_bob: Client, field: str) -> None:
    answer = post(as_bob, operation(**{field: "admin"}))
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["extra_forbidden"]
    assert not Operation.objects.exists()


@pytest.mark.parametrize("field", ["by", "source", "actor", "dry_run"])
def test_nor_has_what_is_around_them(as_bob: Client, field: str) -> None:
    assert post(as_bob, operation(), **{field: "admin"}).status_code == 422
    answer = as_bob.post(
        f"{POST}?{field}=admin", {"operations": [operation()]}, content_type="application/json"
    )
    assert answer.status_code == 422
    assert on_hand() == 0


def test_a_form_sets_only_what_it_asks_for(
    as_bob: Client, alice: User, flour_level: StockLevel, hidden: StockLevel
) -> None:
    sent = {"id": str(uuid4()), "base_version": flour_level.version, "quantity": 3}
    sent |= {"actor": alice.pk, "source": "import", "recorded_at": "2020-01-01T00:00Z"}
    sent |= {"location": "SHOP", "kind": "sale", "sku": "OTHER", "unit_price": "9"}
    as_bob.post(f"/stock/{flour_level.pk}/receive/", sent)
    line = StockMovement.objects.latest("id")
    assert (line.actor.username, line.source, line.kind) == ("bob", "page", "receive")  # type: ignore[union-attr]
    assert (line.level_id, line.unit_price) == (flour_level.pk, None)
    assert (on_hand(), on_hand(location="SHOP")) == (3, 40)


@pytest.mark.parametrize("action", ["receive", "sell", "count", "move", "adjust"])
def test_a_guessed_level_is_not_there(as_bob: Client, hidden: StockLevel, action: str) -> None:
    for send in (as_bob.get, as_bob.post):
        guessed, absent = (send(f"/stock/{pk}/{action}/") for pk in (hidden.pk, 999_999))
        assert (guessed.status_code, absent.status_code) == (404, 404)


def test_a_guessed_place_is_not_there(as_bob: Client, hidden: StockLevel) -> None:
    there = refused(as_bob, operation(location="SHOP"))
    nowhere = refused(as_bob, operation(location="NONE"))
    assert str(there).replace("SHOP", "NONE") == str(nowhere)
    for kind, field in (("transfer", "to_location"), ("receive", "location")):
        there = refused(as_bob, operation(kind=kind, **{field: "SHOP"}))
        nowhere = refused(as_bob, operation(kind=kind, **{field: "NONE"}))
        assert str(there).replace("SHOP", "NONE") == str(nowhere)


def test_a_guessed_movement_or_operation_can_not_be_undone(
    as_bob: Client, hidden: StockLevel
) -> None:
    line = StockMovement.objects.get(level=hidden)
    for there, nowhere in ((line.pk, 999_999), (str(line.operation_id), str(uuid4()))):
        asked = [
            {"id": str(uuid4()), "kind": "reversal", "reverses": each} for each in (there, nowhere)
        ]
        first, second = (refused(as_bob, each) for each in asked)
        assert str(first).replace(str(there), "?") == str(second).replace(str(nowhere), "?")
        assert first["error"]["code"] == "unknown_movement"
    assert on_hand(location="SHOP") == 40


def test_anothers_operation_id_tells_nothing_of_it(as_bob: Client, hidden: StockLevel) -> None:
    taken = Operation.objects.get()
    answer = refused(as_bob, operation(id=str(taken.pk)))
    assert answer["error"]["code"] == "id_taken"
    assert (answer["quantity"], answer["version"]) == (None, None)
    assert "40" not in str(answer)


def test_a_made_up_cursor_opens_nothing(as_bob: Client, hidden: StockLevel) -> None:
    line = StockMovement.objects.get(level=hidden)
    found = as_bob.get("/api/v1/movements", {"cursor": line.pk + 1}).json()
    assert found == {"items": [], "next": None}
    beside = f"{hidden.product_id}.{hidden.location_id - 1}"
    items = as_bob.get("/api/v1/inventory", {"cursor": beside}).json()["items"]
    assert "SHOP" not in [item["location"] for item in items]
    before = as_bob.get("/api/v1/locations", {"cursor": hidden.location_id - 1}).json()["items"]
    assert "SHOP" not in [item["code"] for item in before]


def test_a_movement_is_found_by_its_operation_only_where_one_may_look(
    as_bob: Client, hidden: StockLevel
) -> None:
    asked = {"operation": str(Operation.objects.get().pk)}
    assert as_bob.get("/api/v1/movements", asked).json()["items"] == []
