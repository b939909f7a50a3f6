"""A count that came too late: what is shown, and each way out of it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import (
    Operation,
    OperationKind,
    StockLevel,
    StockMovement,
)
from tests.inventory.booked import book
from tests.inventory.decided import HTMX, fields, send_back, words

SESSION_USER_AND_CURSOR = 3


@pytest.fixture
def stocked(flour_level: StockLevel, alice: User) -> StockLevel:
    """Ten on hand, seen by bob; then alice sells two."""
    book(OperationKind.RECEIVE, "FLOUR", "WH", 10)
    flour_level.refresh_from_db()
    return flour_level


@pytest.fixture
def late(client: Client, bob: User, alice: User, stocked: StockLevel) -> Any:
    """Bob saw 10 and counts 12, because of two that nobody had written down."""
    client.force_login(bob)
    path = f"/stock/{stocked.pk}/count/"
    opened = client.get(path, headers=HTMX)
    book(OperationKind.SALE, "FLOUR", "WH", 2, by=alice)
    return send_back(client, opened, path, typed={"quantity": 12, "reason": "behind the door"})


def on_hand(level: StockLevel) -> int:
    level.refresh_from_db()
    return level.quantity


def count_path(level: StockLevel) -> str:
    return f"/stock/{level.pk}/count/"


def test_it_shows_base_yours_now_and_who_changed_it(late: Any) -> None:
    assert late.status_code == 409
    text = words(late)
    assert "On hand 10 12 +2 8" in text.replace("  ", " ")
    assert "alice sold -2, 8 after it" in text
    assert "My difference on top 8 now, and my +2 10 +2" in text
    assert "My count what came in between is overruled 12 +4" in text
    assert "Theirs it stays as it is now 8 no change" in text


def test_nothing_typed_is_lost(late: Any) -> None:
    held = fields(late)
    assert held["reason"] == "behind the door"
    assert (held["quantity"], held["saw-quantity"], held["now-quantity"]) == ("12", "10", "8")


@pytest.mark.parametrize(
    ("typed", "quantity"),
    [
        ({"way-quantity": "difference"}, 10),
        ({"way-quantity": "yours"}, 12),
        ({"way-quantity": "other", "other-quantity": "9"}, 9),
        ({"other-quantity": "9"}, 9),
    ],
)
@pytest.mark.parametrize("plain", [False, True], ids=["in place", "without a script"])
def test_each_way_out_is_an_operation_of_its_own(
    client: Client,
    late: Any,
    stocked: StockLevel,
    typed: dict[str, str],
    quantity: int,
    plain: bool,
) -> None:
    answer = send_back(client, late, count_path(stocked), plain=plain, typed=typed)
    assert answer.status_code == (302 if plain else 200)
    assert on_hand(stocked) == quantity
    movement = StockMovement.objects.latest("id")
    assert (movement.kind, movement.reason) == ("count", "behind the door")
    assert Operation.objects.filter(kind="count").count() == 2, "the conflict and its resolving"


def test_keeping_theirs_books_nothing(client: Client, late: Any, stocked: StockLevel) -> None:
    before = StockMovement.objects.count()
    answer = send_back(client, late, count_path(stocked), typed={"way-quantity": "current"})
    assert "Nothing was booked: Wheat flour at Warehouse stays as it is." in words(answer)
    assert (on_hand(stocked), StockMovement.objects.count()) == (8, before)


def test_a_second_press_books_once_and_says_the_same(
    client: Client, late: Any, stocked: StockLevel
) -> None:
    for _ in range(2):
        answer = send_back(client, late, count_path(stocked), typed={"way-quantity": "difference"})
        assert "Counted 10: Wheat flour. Now 10 on hand at Warehouse." in words(answer)
    assert on_hand(stocked) == 10


def test_who_chose_nothing_is_asked_again(client: Client, late: Any, stocked: StockLevel) -> None:
    answer = send_back(client, late, count_path(stocked), typed={})
    assert answer.status_code == 422
    assert "Choose one of these." in words(answer)
    assert on_hand(stocked) == 8


@pytest.mark.parametrize("typed", ["-1", "a few", "1.5", "9" * 40, "²", ""])
def test_a_value_that_is_none_is_said_beside_it(
    client: Client, late: Any, stocked: StockLevel, typed: str
) -> None:
    answer = send_back(
        client,
        late,
        count_path(stocked),
        typed={"way-quantity": "other", "other-quantity": typed},
    )
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert fields(answer)["other-quantity"] == typed
    assert on_hand(stocked) == 8


def test_moving_again_meanwhile_asks_again_and_keeps_the_difference(
    client: Client, late: Any, stocked: StockLevel, alice: User
) -> None:
    book(OperationKind.SALE, "FLOUR", "WH", 3, by=alice)
    again = send_back(client, late, count_path(stocked), typed={"way-quantity": "difference"})
    assert again.status_code == 409
    text = words(again)
    assert "On hand 10 12 +2 5" in text
    assert "alice sold -2, 8 after it" in text, "all since the first look"
    assert "alice sold -3, 5 after it" in text
    held = fields(again)
    assert (held["way-quantity"], held["reason"]) == ("difference", "behind the door")
    done = send_back(client, again, count_path(stocked), typed={})
    assert done.status_code == 200
    assert on_hand(stocked) == 7


def test_show_says_what_it_gives_and_books_nothing(
    client: Client, late: Any, stocked: StockLevel
) -> None:
    typed = {"way-quantity": "other", "other-quantity": "9", "show": "1"}
    answer = send_back(client, late, count_path(stocked), plain=True, typed=typed)
    assert answer.status_code == 200
    assert "Books 1 more: 9 on hand at Warehouse." in words(answer)
    held = fields(answer)
    assert held["id"] == fields(late)["id"], "nothing was answered to it yet"
    assert (held["other-quantity"], held["reason"]) == ("9", "behind the door")
    assert on_hand(stocked) == 8


def test_the_preview_alone_comes_while_one_types(
    client: Client, late: Any, stocked: StockLevel
) -> None:
    data = fields(late) | {"way-quantity": "difference"}
    headers = HTMX | {"HX-Target": f"preview-{stocked.pk}"}
    answer = client.post(count_path(stocked), data, headers=headers)
    assert (
        answer.content.decode()
        .lstrip()
        .startswith(f'<div class="preview" id="preview-{stocked.pk}"')
    )
    assert on_hand(stocked) == 8


def test_a_difference_that_leads_below_nothing_is_not_offered(
    client: Client, bob: User, stocked: StockLevel
) -> None:
    client.force_login(bob)
    opened = client.get(count_path(stocked), headers=HTMX)
    book(OperationKind.SALE, "FLOUR", "WH", 9)
    late = send_back(client, opened, count_path(stocked), typed={"quantity": 5})
    assert "My difference on top" not in words(late)
    forged = send_back(client, late, count_path(stocked), typed={"way-quantity": "difference"})
    assert forged.status_code == 422
    assert on_hand(stocked) == 1


def test_a_damaged_form_is_an_ordinary_one(client: Client, late: Any, stocked: StockLevel) -> None:
    answer = send_back(client, late, count_path(stocked), typed={"saw_version": "x"})
    assert answer.status_code in {200, 409, 422}
    assert fields(answer).get("id") != ""


def test_a_conflict_asks_a_bounded_number_of_questions(
    client: Client,
    bob: User,
    stocked: StockLevel,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(bob)
    opened = client.get(count_path(stocked), headers=HTMX)
    for _ in range(30):
        book(OperationKind.SALE, "FLOUR", "WH", 1) if on_hand(stocked) > 1 else None
        book(OperationKind.RECEIVE, "FLOUR", "WH", 1)
    with django_assert_max_num_queries(SESSION_USER_AND_CURSOR + 20):
        late = send_back(client, opened, count_path(stocked), typed={"quantity": 5})
    assert "The last of a longer list:" in words(late)
    assert words(late).count("after it") == 20
