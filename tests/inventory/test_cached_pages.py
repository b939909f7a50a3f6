"""Pages whose parts come from the cache."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import Location, Product, Vendor
from tests.inventory.books import ask, book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("just_looked")]
# Session, person, where the page stands, the gate.
QUERIES = 4
LEDGER = 1
PAGES = {
    "/stock/": QUERIES,
    "/stock/?q=flour&status=ok": QUERIES,
    "/products/FLOUR/": QUERIES + LEDGER,
    "/vendors/MILL/": QUERIES,
    "/vendors/": QUERIES,
    "/locations/": QUERIES,
    "/locations/WH/": QUERIES + LEDGER,
    "/": QUERIES + LEDGER,
}
REGIONS = {
    "/stock/": "stock-rows",
    "/products/FLOUR/": "product-levels",
    "/vendors/MILL/": "vendor-levels",
    "/locations/WH/": "location-levels",
    "/locations/": "locations",
    "/": "dashboard-summary",
}


@pytest.fixture(autouse=True)
def stocked(bob: User, flour: Product, shop: Location) -> None:
    book(ask("receive", 1234), ask("receive", 3, location="SHOP"))


@pytest.fixture
def as_bob(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def page(client: Client, address: str, target: str = "", etag: str = "") -> Any:
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    return client.get(address, headers=headers | ({"If-None-Match": etag} if etag else {}))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_that_was_read_before_asks_for_little(as_bob: Client, address: str) -> None:
    first = page(as_bob, address)
    with CaptureQueriesContext(connection) as asked:
        again = page(as_bob, address)
    assert (first["X-Cache"], again["X-Cache"]) == ("miss", "hit")
    # Pages show which buttons the person gets, by one more query where no list of places is kept.
    assert len(asked) <= PAGES[address] + 1, [query["sql"] for query in asked]
    assert "cache;desc=hit" in again["Server-Timing"]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_shows_the_same_from_the_cache(as_bob: Client, address: str) -> None:
    def shown() -> str:
        answer = page(as_bob, address)
        text: str = answer.content.decode().replace(answer.context["request"].live.cursor, "")
        return "".join(line for line in text.splitlines() if "nonce" not in line.lower())

    first, again = shown(), shown()
    assert _without_tokens(first) == _without_tokens(again)


def _without_tokens(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


@pytest.mark.parametrize(("address", "target"), REGIONS.items())
def test_a_booking_shows_at_once(as_bob: Client, address: str, target: str) -> None:
    assert "1,234" in page(as_bob, address, target).content.decode()
    book(ask("sale", 1111))
    assert "1,234" not in page(as_bob, address, target).content.decode()


def test_a_page_from_the_cache_goes_on_from_where_changes_were_last_looked_for(
    as_bob: Client,
) -> None:
    page(as_bob, "/stock/")
    answer = page(as_bob, "/stock/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT looked FROM inventory_cachegate")
        (looked,) = cursor.fetchone()
    live = answer.context["request"].live
    assert answer["X-Cache"] == "hit"
    assert _next_xid(live.cursor) <= _next_xid(looked)
    assert f'data-cursor="{live.cursor}"' in answer.content.decode()


def _next_xid(snapshot: str) -> int:
    return int(snapshot.split(":")[1])


@pytest.mark.parametrize(("address", "target"), REGIONS.items())
def test_a_region_that_shows_the_same_is_304(
    as_bob: Client, address: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.views.regions.time.time", lambda: 1_000_000.0)
    first = page(as_bob, address, target)
    again = page(as_bob, address, target, first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert "no-cache" in first["Cache-Control"]
    book(ask("sale", 1))
    assert page(as_bob, address, target, first["ETag"]).status_code == 200
    monkeypatch.setattr("inventory.views.regions.time.time", lambda: 1_000_010.0)
    assert page(as_bob, address, target, first["ETag"]).status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/stock/", "/locations/", "/vendors/", "/products/FLOUR/"]
)
def test_who_may_read_nothing_gets_nothing_of_it(as_bob: Client, dora: User, address: str) -> None:
    page(as_bob, address)
    as_bob.force_login(dora)
    for _ in range(2):
        answer = page(as_bob, address)
        assert answer.status_code in {200, 404}
        assert "1,234" not in answer.content.decode()
        assert "Old Mill" not in answer.content.decode()


def test_a_whole_page_has_no_etag(as_bob: Client) -> None:
    assert "ETag" not in page(as_bob, "/stock/")


def test_a_vendor_page_follows_its_goods(as_bob: Client, mill: Vendor, flour: Product) -> None:
    assert "Wheat flour" in page(as_bob, "/vendors/MILL/").content.decode()
    Product.objects.filter(pk=flour.pk).update(vendor=None)
    flour.refresh_from_db()
    flour.save()
    assert "Wheat flour" not in page(as_bob, "/vendors/MILL/").content.decode()
