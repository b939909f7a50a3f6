"""What somebody finds after logging in: their own locations, and nothing of the others."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Location, Product
from tests.inventory.booked import receive

SESSION_USER_AND_CURSOR = 3


def page(client: Client, user: User, **headers: str) -> str:
    client.force_login(user)
    answer = client.get("/", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def stocked(flour: Product, warehouse: Location, shop: Location) -> None:
    receive("FLOUR", "WH", 1200)
    receive("FLOUR", "SHOP", 4)


def test_a_manager_sees_the_totals_of_every_location(
    client: Client, alice: User, stocked: None
) -> None:
    html = page(client, alice)

    assert "1,204" in html
    assert "2,408.00" in html
    assert "Corner shop" in html


def test_somebody_sees_nothing_of_a_location_they_may_not_read(
    client: Client, bob: User, stocked: None
) -> None:
    html = page(client, bob)

    assert "1,200" in html
    assert "2,400.00" in html
    for secret in ("1,204", "2,408", "Corner shop", "SHOP"):
        assert secret not in html


def test_what_is_low_is_listed_with_its_place(client: Client, alice: User, stocked: None) -> None:
    html = page(client, alice)

    assert '<span class="status status-low">4 pcs' in html
    assert "Nothing is out of stock." in html
    assert "/stock/?status=low" in html


def test_somebody_without_access_is_told_whom_to_ask(
    client: Client, dora: User, stocked: None
) -> None:
    html = page(client, dora)

    assert "You have no access to a location. Ask" in html
    for secret in ("Warehouse", "Corner shop", "Wheat flour"):
        assert secret not in html


def test_a_location_where_nothing_was_ever_kept_has_a_tile(
    client: Client, bob: User, warehouse: Location
) -> None:
    assert f'id="location-{warehouse.pk}"' in page(client, bob)


def test_a_region_is_answered_alone(client: Client, bob: User, stocked: None) -> None:
    html = page(client, bob, hx_target="dashboard-summary", hx_request="true")

    assert html.startswith('<div class="stack" id="dashboard-summary" data-topics="summary"')
    assert "data-cursor=" in html
    assert "<body" not in html
    assert "dashboard-movements" not in html


def test_a_stranger_is_asked_to_log_in(client: Client, stocked: None) -> None:
    answer = client.get("/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_it_reads_rights_tiles_what_is_short_and_movements_once(
    client: Client,
    alice: User,
    stocked: None,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(alice)
    client.get("/")  # the first reader of a database writes its epoch
    # The group of managers, who may write where, tiles, what is short, movements.
    with django_assert_num_queries(SESSION_USER_AND_CURSOR + 5):
        client.get("/")
