"""The style sheet that shows the buttons of rows: what each of the cast gets."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inventory.models import Location


def test_a_worker_is_shown_the_buttons_of_their_own_location_only(
    client: Client, bob: User, shop: Location
) -> None:
    client.force_login(bob)
    css = client.get("/rights.css").content.decode()
    assert '[data-location="WH"] .row-actions' in css
    assert "SHOP" not in css


def test_a_manager_is_shown_the_buttons_of_every_active_location(
    client: Client, alice: User, warehouse: Location, shop: Location
) -> None:
    Location.objects.create(code="OLD", name="Old shop", active=False)
    client.force_login(alice)
    css = client.get("/rights.css").content.decode()
    assert '"WH"' in css
    assert '"SHOP"' in css
    assert "OLD" not in css


@pytest.mark.parametrize("name", ["charlie", "dora"])
def test_who_only_looks_is_shown_no_buttons(
    client: Client, name: str, request: pytest.FixtureRequest, warehouse: Location
) -> None:
    client.force_login(request.getfixturevalue(name))
    assert client.get("/rights.css").content == b""


def test_a_stranger_is_sent_to_the_login(client: Client, db: None) -> None:
    assert client.get("/rights.css").status_code == 302


def test_it_stays_in_the_browser_and_is_asked_again_by_its_tag(client: Client, bob: User) -> None:
    client.force_login(bob)
    first = client.get("/rights.css")
    assert "private" in first["Cache-Control"]
    assert "no-cache" in first["Cache-Control"]
    again = client.get("/rights.css", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
