"""A vendor's live dashboard: what they supply, where and how much, as far as one may read."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Location, Product, Vendor
from tests.inventory.booked import receive

SESSION_USER_AND_CURSOR = 3


@pytest.fixture
def stocked(flour: Product, warehouse: Location, shop: Location) -> None:
    receive("FLOUR", "WH", 1200)
    receive("FLOUR", "SHOP", 4)
    Product.objects.create(sku="SALT", name="Sea salt")
    receive("SALT", "WH", 9)


def test_a_manager_sees_all_that_they_supply_and_where(
    client: Client, alice: User, stocked: None
) -> None:
    client.force_login(alice)
    html = client.get("/vendors/MILL/").content.decode()

    for shown in ("1,204", "2,408.00", "Corner shop", "Warehouse"):
        assert shown in html
    assert "Sea salt" not in html


@pytest.mark.parametrize("name", ["bob", "charlie"])
def test_only_readable_locations_are_listed_and_summed(
    name: str, client: Client, stocked: None, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(name))
    html = client.get("/vendors/MILL/").content.decode()

    assert "1,200" in html
    for secret in ("1,204", "2,408", "Corner shop", "SHOP"):
        assert secret not in html


def test_what_is_low_is_one_click_away(client: Client, alice: User, stocked: None) -> None:
    client.force_login(alice)
    answer = client.get("/vendors/MILL/?status=low")

    assert [row.location for row in answer.context["stock"].rows] == ["SHOP"]


def test_somebody_who_reads_nothing_does_not_even_learn_that_it_exists(
    client: Client, dora: User, stocked: None
) -> None:
    client.force_login(dora)

    assert client.get("/vendors/MILL/").status_code == 404
    assert "Old Mill" not in client.get("/vendors/").content.decode()


def test_a_stranger_is_asked_to_log_in(client: Client, stocked: None) -> None:
    assert client.get("/vendors/MILL/").status_code == 302


def test_the_list_of_vendors_leads_to_each(client: Client, bob: User, mill: Vendor) -> None:
    client.force_login(bob)

    assert 'href="/vendors/MILL/"' in client.get("/vendors/").content.decode()


def test_it_reads_head_figures_and_rows_once(
    client: Client, bob: User, stocked: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(bob)
    client.get("/vendors/MILL/")  # the first reader of a database writes its epoch
    # The group of managers, who may write where, head, figures, rows.
    with django_assert_num_queries(SESSION_USER_AND_CURSOR + 5):
        client.get("/vendors/MILL/")
