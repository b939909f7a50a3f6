"""Minimum and maximum of a level: the form, and an edit of them that came too late."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inventory.models import Location, OperationKind, Product, Source, StockLevel
from inventory.operations import Ask, apply
from tests.inventory.booked import book
from tests.inventory.decided import HTMX, fields, send_back, words


@pytest.fixture
def stocked(flour_level: StockLevel) -> StockLevel:
    book(OperationKind.RECEIVE, "FLOUR", "WH", 10)
    flour_level.refresh_from_db()
    return flour_level


def threshold_path(level: StockLevel) -> str:
    return f"/stock/{level.pk}/minimum/"


def set_by(user: User, level: StockLevel, **values: int | None) -> None:
    level.refresh_from_db()
    ask = Ask(
        uuid4(), OperationKind.THRESHOLD, "FLOUR", "WH", base_version=level.version,
        thresholds=values,
    )  # fmt: skip
    [answer] = apply([ask], by=user, source=Source.PAGE)
    assert answer.status == "applied", answer


def thresholds(level: StockLevel) -> tuple[int | None, int | None]:
    level.refresh_from_db()
    return level.minimum, level.maximum


def test_the_form_shows_the_products_own_minimum_as_a_hint(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    text = words(client.get(threshold_path(stocked)))
    assert "Empty: the product's own, 5." in text
    assert "Low from here down (pieces) (optional)" in text


def test_both_are_set_and_emptied(client: Client, bob: User, stocked: StockLevel) -> None:
    client.force_login(bob)
    opened = client.get(threshold_path(stocked), headers=HTMX)
    path = threshold_path(stocked)
    answer = send_back(client, opened, path, typed={"minimum": "12", "maximum": "40"})
    assert "Minimum and maximum of Wheat flour at Warehouse are set." in words(answer)
    assert thresholds(stocked) == (12, 40)
    assert stocked.status == "low"
    opened = client.get(path, headers=HTMX)
    assert fields(opened)["minimum"] == "12"
    send_back(client, opened, path, typed={"minimum": "", "maximum": ""})
    assert thresholds(stocked) == (None, None)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"minimum": "-1"}, "A whole number, 0 or more."),
        ({"minimum": "few"}, "Type a whole number, for example 12. Or leave it empty."),
        ({"minimum": "9", "maximum": "8"}, "The maximum is below the minimum"),
    ],
)
def test_a_faulty_threshold_is_said_beside_it(
    client: Client, bob: User, stocked: StockLevel, typed: dict[str, str], says: str
) -> None:
    client.force_login(bob)
    opened = client.get(threshold_path(stocked), headers=HTMX)
    answer = send_back(client, opened, threshold_path(stocked), typed=typed)
    assert answer.status_code == 422
    assert says in words(answer)
    assert thresholds(stocked) == (None, None)


@pytest.fixture
def late_edit(client: Client, bob: User, alice: User, stocked: StockLevel) -> Any:
    """Both set the minimum, and alice the maximum, which bob leaves alone."""
    client.force_login(bob)
    set_by(alice, stocked, minimum=5)
    opened = client.get(threshold_path(stocked), headers=HTMX)
    set_by(alice, stocked, minimum=10, maximum=60)
    return send_back(client, opened, threshold_path(stocked), typed={"minimum": "8"})


def test_a_threshold_that_both_changed_is_for_the_person_to_decide(late_edit: Any) -> None:
    assert late_edit.status_code == 409
    text = words(late_edit)
    assert "Low from here down 5 8 +3 10" in text
    assert text.count("alice low from here down: 5 → 10") == 1
    assert "My difference on top 10 now, and my +3 13 +3" in text
    assert fields(late_edit)["maximum"] == "60", "what only the other changed is kept"


@pytest.mark.parametrize(
    ("typed", "minimum"),
    [
        ({"way-minimum": "difference"}, 13),
        ({"way-minimum": "yours"}, 8),
        ({"way-minimum": "current"}, 10),
        ({"way-minimum": "other", "other-minimum": "9"}, 9),
        ({"way-minimum": "other", "other-minimum": ""}, None),
    ],
)
def test_each_way_out_of_a_threshold(
    client: Client,
    late_edit: Any,
    stocked: StockLevel,
    typed: dict[str, str],
    minimum: int | None,
) -> None:
    answer = send_back(client, late_edit, threshold_path(stocked), typed=typed)
    assert answer.status_code == 200
    assert thresholds(stocked) == (minimum, 60)


def test_an_edit_again_meanwhile_keeps_the_choice(
    client: Client, late_edit: Any, stocked: StockLevel, alice: User
) -> None:
    set_by(alice, stocked, minimum=20)
    path = threshold_path(stocked)
    again = send_back(client, late_edit, path, typed={"way-minimum": "difference"})
    assert again.status_code == 409
    assert fields(again)["way-minimum"] == "difference"
    assert "Low from here down 5 8 +3 20" in words(again)
    send_back(client, again, path, typed={})
    assert thresholds(stocked) == (23, 60)


@pytest.mark.parametrize(("name", "status"), [("charlie", 403), ("dora", 404)])
def test_who_may_not_sees_no_threshold(
    client: Client,
    stocked: StockLevel,
    shop: Location,
    flour: Product,
    request: pytest.FixtureRequest,
    name: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(name))
    assert client.get(threshold_path(stocked)).status_code == status
    assert client.post(threshold_path(stocked), {"minimum": 1}).status_code == status
    assert thresholds(stocked) == (None, None)
