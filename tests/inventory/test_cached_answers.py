"""Answers from the cache: given again, and never after a change of what they stand on."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import (
    Barcode,
    Category,
    Location,
    LocationAccess,
    Product,
    StockLevel,
    Vendor,
)
from tests.inventory.books import ask, book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("just_looked")]
API = "/api/v1"
# Session, person and the gate.
QUERIES_OF_A_HIT = 3
ANSWERS = (
    "inventory",
    "inventory?product=flour",
    "inventory?vendor=MILL",
    "inventory?location=WH",
    "inventory?category=BAKING",
    "inventory?product=FLOUR&location=WH",
    "products",
    "products/FLOUR",
    "vendors",
    "vendors/MILL",
    "locations",
    "locations/WH",
)


@pytest.fixture(autouse=True)
def stocked(bob: User, flour: Product, shop: Location) -> None:
    flour.category = Category.objects.create(code="BAKING", name="Baking")
    flour.save()
    book(ask("receive", 12), ask("receive", 3, location="SHOP"))


@pytest.fixture
def as_bob(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def get(client: Client, address: str) -> Any:
    answer = client.get(f"{API}/{address}")
    assert answer.status_code == 200, answer.content
    return answer


def outcome(client: Client, address: str) -> str:
    said: str = get(client, address)["X-Cache"]
    return said


@pytest.mark.parametrize("address", ANSWERS)
def test_the_same_is_read_once(as_bob: Client, address: str) -> None:
    first = get(as_bob, address)
    with CaptureQueriesContext(connection) as asked:
        again = get(as_bob, address)
    assert (first["X-Cache"], again["X-Cache"]) == ("miss", "hit")
    assert (again.content, again["ETag"]) == (first.content, first["ETag"])
    assert len(asked) == QUERIES_OF_A_HIT, [query["sql"] for query in asked]


def test_an_etag_holds_for_what_was_read_before(as_bob: Client) -> None:
    etag = get(as_bob, "inventory")["ETag"]
    again = as_bob.get(f"{API}/inventory", headers={"If-None-Match": etag})
    assert (again.status_code, again["X-Cache"], again.content) == (304, "hit", b"")


@pytest.mark.parametrize(
    "address", [each for each in ANSWERS if "inventory" in each or "locations" in each]
)
def test_a_booking_is_seen_at_once(as_bob: Client, address: str) -> None:
    before = get(as_bob, address)
    book(ask("sale", 5))
    after = get(as_bob, address)
    assert after["X-Cache"] == "miss"
    assert after.content != before.content


def test_a_booking_leaves_the_answers_about_other_goods_and_places_alone(
    as_bob: Client, alice: User
) -> None:
    Product.objects.create(sku="SALT", name="Salt")
    book(ask("receive", 1, sku="SALT"))
    as_bob.force_login(alice)
    addresses = ("inventory?product=SALT", "inventory?location=SHOP", "products/FLOUR", "vendors")
    for address in addresses:
        get(as_bob, address)
    book(ask("sale", 5))
    assert [outcome(as_bob, address) for address in addresses] == ["hit"] * 4


@pytest.mark.parametrize("address", [each for each in ANSWERS if not each.startswith("vendors")])
def test_a_product_drops_what_its_vendor_and_its_locations_show(
    as_bob: Client, flour: Product, address: str
) -> None:
    get(as_bob, address)
    flour.name, flour.cost = "Rye flour", 9
    flour.save()
    after = get(as_bob, address)
    assert after["X-Cache"] == "miss"
    if "locations" not in address:
        assert "Rye flour" in after.content.decode()


@pytest.mark.parametrize("address", ["inventory?product=FLOUR", "locations/WH", "locations"])
def test_a_location_drops_its_own(as_bob: Client, warehouse: Location, address: str) -> None:
    get(as_bob, address)
    warehouse.name = "Old warehouse"
    warehouse.save()
    assert "Old warehouse" in get(as_bob, address).content.decode()


def test_a_vendor_and_a_barcode_drop_what_shows_them(
    as_bob: Client, mill: Vendor, flour: Product
) -> None:
    get(as_bob, "vendors/MILL")
    get(as_bob, "products/FLOUR")
    mill.name = "New Mill"
    mill.save()
    Barcode.objects.create(code="4711", product=flour)
    assert get(as_bob, "vendors/MILL").json()["name"] == "New Mill"
    assert get(as_bob, "products/FLOUR").json()["barcodes"] == ["4711"]


def test_a_product_that_moves_to_another_vendor_leaves_the_first(
    as_bob: Client, flour: Product
) -> None:
    other = Vendor.objects.create(code="OTHER", name="Other mill")
    assert get(as_bob, "inventory?vendor=OTHER").json()["items"] == []
    assert get(as_bob, "inventory?vendor=MILL").json()["items"]
    flour.vendor = other
    flour.save()
    assert get(as_bob, "inventory?vendor=MILL").json()["items"] == []
    book(ask("sale", 2))
    assert get(as_bob, "inventory?vendor=OTHER").json()["total_quantity"] == 10


def test_a_code_that_was_given_to_another_product_names_that_one(as_bob: Client) -> None:
    first = Product.objects.create(sku="ONE", name="First")
    assert get(as_bob, "products/ONE").json()["name"] == "First"
    Product.objects.filter(pk=first.pk).update(sku="TWO")
    Product.objects.create(sku="ONE", name="Second")
    assert get(as_bob, "products/ONE").json()["name"] == "Second"


def test_what_is_gone_is_not_there(as_bob: Client, mill: Vendor) -> None:
    Vendor.objects.create(code="GONE", name="Gone")
    assert len(get(as_bob, "vendors").json()["items"]) == 2
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM inventory_vendor WHERE code = 'GONE'")
    assert len(get(as_bob, "vendors").json()["items"]) == 1


def test_what_is_not_there_is_not_kept(as_bob: Client) -> None:
    assert as_bob.get(f"{API}/products/RYE").status_code == 404
    Product.objects.create(sku="RYE", name="Rye")
    assert get(as_bob, "products/RYE").json()["name"] == "Rye"


# -- rights ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["inventory", "inventory?product=FLOUR", "locations"])
def test_ones_answer_is_never_anothers(
    client: Client, alice: User, bob: User, dora: User, address: str
) -> None:
    seen = []
    for person in (alice, bob, dora, alice, bob, dora):
        client.force_login(person)
        seen.append(client.get(f"{API}/{address}").content)
    assert seen[:3] == seen[3:]
    assert len(set(seen)) == 3


def test_people_who_may_read_the_same_share_an_answer(
    client: Client, bob: User, charlie: User
) -> None:
    client.force_login(bob)
    get(client, "inventory")
    client.force_login(charlie)
    assert outcome(client, "inventory") == "hit"
    assert get(client, "locations/WH").json()["may_write"] is False
    client.force_login(bob)
    assert get(client, "locations/WH").json()["may_write"] is True


def test_a_right_taken_away_acts_at_once_also_without_a_signal(as_bob: Client, bob: User) -> None:
    assert get(as_bob, "inventory").json()["items"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_locationaccess SET may_read = false, may_write = false")
    assert get(as_bob, "inventory").json()["items"] == []
    LocationAccess.objects.filter(user=bob).update(may_read=True)
    assert get(as_bob, "inventory").json()["items"]
    bob.groups.add(Group.objects.get(name="manager"))
    as_bob.force_login(bob)
    assert get(as_bob, "inventory").json()["total_quantity"] == 15


# -- what may not be kept ---------------------------------------------------------------------


def test_what_a_transaction_has_not_committed_is_given_to_nobody_else(
    as_bob: Client, flour: Product
) -> None:
    from django.db import transaction

    with transaction.atomic():
        StockLevel.objects.filter(location__code="WH").update(quantity=11)
        assert outcome(as_bob, "inventory") == "bypass"
        transaction.set_rollback(True)
    assert get(as_bob, "inventory").json()["total_quantity"] == 12
