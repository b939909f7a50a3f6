"""Who may book what by a program: each kind of operation, here, in a hidden place and in none."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inventory.models import Location, LocationAccess, OperationKind, StockLevel, StockMovement
from tests.inventory.books import ask, book
from tests.inventory.ladder import CAST, HIDDEN, as_, forgotten

pytestmark = pytest.mark.django_db

Fields = dict[str, Any]
OF_A_LEVEL = {"sku": "FLOUR", "location": "{place}"}
COUNTED: Fields = OF_A_LEVEL | {"quantity": 3}
# kind -> what is sent of it; what stands in braces differs from place to place.
ASKED: dict[OperationKind, list[Fields]] = {
    OperationKind.RECEIVE: [COUNTED],
    OperationKind.PRODUCTION: [COUNTED],
    OperationKind.RETURN: [COUNTED],
    OperationKind.SALE: [COUNTED],
    OperationKind.WASTE: [COUNTED],
    OperationKind.ADJUST: [COUNTED],
    OperationKind.COUNT: [COUNTED | {"base_version": 2}],
    OperationKind.TRANSFER: [
        COUNTED | {"to_location": "THIRD"},
        COUNTED | {"location": "THIRD", "to_location": "{place}"},
    ],
    OperationKind.THRESHOLD: [OF_A_LEVEL | {"base_version": 2, "minimum": 9_000}],
    OperationKind.REVERSAL: [{"reverses": "{movement}"}, {"reverses": "{operation}"}],
}
LINES = [(kind, fields) for kind, several in ASKED.items() for fields in several]
IDS = [f"{kind} {' '.join(map(str, fields.values()))}" for kind, fields in LINES]
ONLY_HERE = (None, None, "not_allowed", "unknown", "unknown")
NOBODY_ELSE = (None, "unknown", "unknown", "unknown", "unknown")
NOT_THERE = ("unknown",) * 5
WHO: dict[str, tuple[str | None, ...]] = {
    "WH": ONLY_HERE,
    "SHOP": NOBODY_ELSE,
    "NONE": NOT_THERE,
}


@pytest.fixture
def booked(levels: dict[str, Any], bob: User, charlie: User) -> dict[str, Fields]:
    """Of each place what a request may name."""
    third = Location.objects.create(code="THIRD", name="Third place")
    LocationAccess.objects.create(user=bob, location=third, may_write=True)
    LocationAccess.objects.create(user=charlie, location=third)
    book(ask("receive", 8, location="THIRD"))
    lines = {line.location.code: line for line in StockMovement.objects.select_related("location")}
    names: dict[str, Fields] = {
        code: {"place": code, "movement": line.pk, "operation": str(line.operation_id)}
        for code, line in lines.items()
    }
    nothing = {"place": "NONE", "movement": 999_999_999, "operation": str(UUID(int=7))}
    return names | {"NONE": nothing}


def post(client: Client, kind: OperationKind, fields: Fields, names: Fields) -> Any:
    # What is a number stays one.
    known = {"{" + name + "}": value for name, value in names.items()}
    operation: Fields = {"id": str(uuid4()), "kind": kind}
    operation |= {name: known.get(value, value) for name, value in fields.items()}
    return client.post(
        "/api/v1/operations", {"operations": [operation]}, content_type="application/json"
    )


def plain(answer: Any, names: Fields) -> str:
    """As it was sent, without what is only said back."""
    [result] = answer.json()["results"]
    text: str = answer.content.decode().replace(result["id"], "~")
    return text.replace(repr(names["place"]), "~")


def ledger() -> list[Any]:
    levels = StockLevel.objects.order_by("pk").values()
    return [*levels, *StockMovement.objects.order_by("pk").values()]


def test_every_kind_of_operation_is_asked_for() -> None:
    assert set(ASKED) == set(OperationKind)


@pytest.mark.parametrize(("kind", "fields"), LINES, ids=IDS)
@pytest.mark.parametrize("place", WHO)
def test_who_books_what_where(
    kind: OperationKind, fields: Fields, place: str, booked: dict[str, Fields]
) -> None:
    before = ledger()
    found = {}
    for name in CAST[:5]:
        with forgotten():
            answer = post(as_(name), kind, fields, booked[place])
            after = ledger()
        [result] = answer.json()["results"]
        code = (result.get("error") or {}).get("code")
        found[name] = "unknown" if code in {"unknown_location", "unknown_movement"} else code
        if code:
            assert (result["quantity"], result["version"]) == (None, None), name
            assert not HIDDEN.search(plain(answer, booked[place])), name
        assert (after == before) == bool(code), name
    wanted = dict(zip(CAST[:5], WHO[place], strict=True))
    if fields.get("location") == "THIRD":
        wanted["charlie"] = "not_allowed"  # where the goods would come from
    assert found == wanted


@pytest.mark.parametrize(("kind", "fields"), LINES, ids=IDS)
def test_what_is_hidden_is_refused_byte_for_byte_like_what_is_not_there(
    kind: OperationKind, fields: Fields, booked: dict[str, Fields]
) -> None:
    before = ledger()
    for name in CAST[1:5]:
        client = as_(name)
        hidden = plain(post(client, kind, fields, booked["SHOP"]), booked["SHOP"])
        assert hidden == plain(post(client, kind, fields, booked["NONE"]), booked["NONE"])
        assert '"rejected"' in hidden
    assert ledger() == before


@pytest.mark.parametrize(("kind", "fields"), LINES, ids=IDS)
def test_nobody_logged_in_books_nothing(
    kind: OperationKind, fields: Fields, booked: dict[str, Fields]
) -> None:
    before = ledger()
    for names in booked.values():
        assert post(Client(), kind, fields, names).status_code == 401
    assert ledger() == before
