"""Products, vendors, locations, barcodes, movements and one's own operations over the API."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import (
    Barcode,
    Category,
    Location,
    Operation,
    Product,
    StockLevel,
    StockMovement,
    Vendor,
)
from tests.inventory.books import ask, book

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
# Session and person, whether they manage everything, what is asked for, and what belongs to it.
QUERIES = {
    "inventory": 5,
    "inventory?category=BAKING&status=ok&q=flour": 5,
    "products": 4,
    "products?q=flour&vendor=MILL&category=BAKING&active=true": 4,
    "products/flour": 4,
    "vendors": 4,
    "vendors/MILL": 4,
    "locations": 5,
    "locations/WH": 5,
    "barcodes/4000": 6,
    "movements": 4,
    "movements?location=WH&product=flour&kind=receive&actor=bob&source=page": 4,
}


@pytest.fixture(autouse=True)
def stocked(bob: User, flour: Product, flour_level: StockLevel, shop: Location) -> None:
    flour.category = Category.objects.create(code="BAKING", name="Baking")
    flour.save()
    Barcode.objects.create(code="4000", product=flour, pack_quantity=12)
    book(ask("receive", 12), by=bob)
    book(ask("receive", 3, location="SHOP"))


@pytest.fixture
def as_bob(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.fixture
def as_dora(client: Client, dora: User) -> Client:
    client.force_login(dora)
    return client


def get(client: Client, address: str, **asked: Any) -> Any:
    answer = client.get(f"{ROOT}/{address}", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize("address", QUERIES)
def test_a_call_takes_few_queries_however_much_there_is(as_bob: Client, address: str) -> None:
    vendor = Vendor.objects.get()
    for n in range(6):
        Vendor.objects.create(code=f"V{n}", name="Mill")
        Product.objects.create(
            sku=f"F{n}", name="Flour", vendor=vendor, category=Category.objects.get()
        )
        book(ask("receive", 7, sku=f"F{n}"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = get(as_bob, address)
    assert found
    assert len(asked) <= QUERIES[address], [query["sql"] for query in asked]


def test_a_product_says_all_of_itself(as_bob: Client) -> None:
    found = get(as_bob, "products/flour")
    found.pop("version")
    assert found == {
        "sku": "FLOUR", "name": "Wheat flour", "description": "", "unit": "piece",
        "price": "3.0000", "cost": "2.0000", "minimum": 5, "active": True, "vendor": "MILL",
        "category": "BAKING", "barcodes": ["4000"],
    }  # fmt: skip
    assert [item["sku"] for item in get(as_bob, "products")["items"]] == ["FLOUR"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "whea"}, True),
        ({"q": "4000"}, True),
        ({"q": "rye"}, False),
        ({"vendor": "MILL", "category": "BAKING"}, True),
        ({"active": "false"}, False),
    ],
)
def test_products_are_found_as_on_the_pages(
    as_bob: Client, asked: dict[str, str], found: bool
) -> None:
    assert bool(get(as_bob, "products", **asked)["items"]) is found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"category": "BAKING", "status": "ok"}, ["WH"]),
        ({"status": "low"}, []),
        ({"q": "wheat fl"}, ["WH"]),
        ({"q": "rye"}, []),
    ],
)
def test_the_inventory_is_filtered_and_its_figures_with_it(
    as_bob: Client, asked: dict[str, str], found: list[str]
) -> None:
    answer = get(as_bob, "inventory", **asked)
    assert [item["location"] for item in answer["items"]] == found
    assert answer["total_quantity"] == (12 if found else 0)


def test_a_location_has_its_totals_and_whether_one_may_book_there(
    as_bob: Client, charlie: User
) -> None:
    found = get(as_bob, "locations")["items"]
    assert [(each["code"], each["pieces"], each["may_write"]) for each in found] == [
        ("WH", 12, True)
    ]
    as_bob.force_login(charlie)
    assert get(as_bob, "locations/WH")["may_write"] is False


def test_a_barcode_says_what_a_scan_is_and_where_it_stands(as_bob: Client) -> None:
    found = get(as_bob, "barcodes/4000")
    assert (found["pack_quantity"], found["product"]["sku"]) == (12, "FLOUR")
    assert [item["location"] for item in found["stock"]["items"]] == ["WH"]
    assert found["stock"]["total_quantity"] == 12


def test_a_barcode_may_hold_a_slash(as_bob: Client, flour: Product) -> None:
    Barcode.objects.create(code="a/b", product=flour)
    assert get(as_bob, "barcodes/a/b")["code"] == "a/b"


def test_movements_say_what_undid_them(as_bob: Client, bob: User) -> None:
    line = StockMovement.objects.get(location__code="WH")
    book(ask("reversal", None, sku="", location="", reverses=line.pk), by=bob)
    undo, first = get(as_bob, "movements")["items"]
    assert (first["id"], first["reversed_by"], first["reverses"]) == (line.pk, undo["id"], None)
    assert (undo["kind"], undo["reverses"], undo["delta"]) == ("reversal", line.pk, -12)
    assert first["operation"] == str(line.operation_id)
    assert first["actor"] == "bob"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"location": "WH"}, 1),
        ({"product": "flour", "kind": "receive", "source": "page"}, 1),
        ({"kind": "sale"}, 0),
        ({"actor": "bob"}, 1),
        ({"actor": "nobody"}, 0),
        ({"q": "wheat"}, 1),
        ({"operation": str(uuid4())}, 0),
    ],
)
def test_movements_are_filtered(as_bob: Client, asked: dict[str, str], found: int) -> None:
    assert len(get(as_bob, "movements", **asked)["items"]) == found


def test_movements_are_found_by_when_they_were_made(as_bob: Client) -> None:
    now = timezone.now()
    earlier, later = (now - timedelta(hours=1)).isoformat(), (now + timedelta(hours=1)).isoformat()
    assert len(get(as_bob, "movements", made_from=earlier, made_to=later)["items"]) == 1
    assert get(as_bob, "movements", made_from=later)["items"] == []
    assert get(as_bob, "movements", made_to=earlier)["items"] == []


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_time_break_nothing(as_bob: Client, moment: str) -> None:
    get(as_bob, "movements", made_from=moment, made_to=moment)
    asked = {"id": str(uuid4()), "kind": "receive", "sku": "FLOUR", "location": "WH"}
    body = {"operations": [asked | {"quantity": 1, "made_at": moment}]}
    answer = as_bob.post(f"{ROOT}/operations", body, content_type="application/json")
    assert answer.status_code in {200, 422}


@pytest.mark.parametrize("address", ["products", "vendors", "locations", "movements"])
def test_pages_hold_everything_once(client: Client, alice: User, address: str) -> None:
    client.force_login(alice)
    for n in range(5):
        Vendor.objects.create(code=f"V{n}", name="Same name")
        Product.objects.create(sku=f"P{n}", name="Same name")
        Location.objects.create(code=f"L{n}", name="Same name")
        book(ask("receive", 1))
    whole = get(client, address)["items"]
    pages: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = get(client, address, limit=2, cursor=cursor)
        pages, cursor = pages + page["items"], page["next"]
    assert pages == whole
    assert len(whole) >= 6


def test_the_first_answer_to_ones_own_operation_can_be_asked_for(as_bob: Client, bob: User) -> None:
    [refused] = book(ask("sale", 99), by=bob)
    found = get(as_bob, f"operations/{refused.id}")
    assert found == refused.as_json()


@pytest.mark.parametrize(
    "address",
    ["inventory", "products/FLOUR", "vendors", "locations/WH", "movements", "barcodes/4000"],
)
def test_an_unchanged_answer_is_304(as_bob: Client, address: str) -> None:
    first = as_bob.get(f"{ROOT}/{address}")
    again = as_bob.get(f"{ROOT}/{address}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert set(first["Vary"].split(", ")) >= {"Cookie", "Authorization"}


@pytest.mark.parametrize(
    ("hidden", "absent"),
    [
        ("locations/SHOP", "locations/NONE"),
        ("movements?location=SHOP", "movements?location=NONE"),
        ("inventory?location=SHOP", "inventory?location=NONE"),
    ],
)
def test_a_hidden_place_is_answered_like_one_that_is_not_there(
    as_bob: Client, hidden: str, absent: str
) -> None:
    answers = [as_bob.get(f"{ROOT}/{address}") for address in (hidden, absent)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content.replace(b"SHOP", b"NONE") == answers[1].content


@pytest.mark.parametrize(
    ("known", "absent"),
    [
        ("products/FLOUR", "products/NOTHN"),
        ("vendors/MILL", "vendors/NONE"),
        ("barcodes/4000", "barcodes/9999"),
        ("inventory?vendor=MILL", "inventory?vendor=NONE"),
        ("inventory?product=FLOUR", "inventory?product=NOTHN"),
        ("inventory?category=BAKING", "inventory?category=NONESO"),
        ("products?vendor=MILL", "products?vendor=NONE"),
        ("movements?product=FLOUR", "movements?product=NOTHN"),
    ],
)
def test_who_reads_no_location_knows_nothing_of_the_catalogue(
    as_dora: Client, known: str, absent: str
) -> None:
    answers = [as_dora.get(f"{ROOT}/{address}") for address in (known, absent)]
    assert [answer.status_code for answer in answers] == [404, 404]
    known_to_all = (b"FLOUR", b"MILL", b"4000", b"BAKING")
    names = zip(known_to_all, (b"NOTHN", b"NONE", b"9999", b"NONESO"), strict=True)
    first = answers[0].content
    for name, other in names:
        first = first.replace(name, other)
    assert first == answers[1].content


def test_the_lists_of_a_stranger_are_empty(as_dora: Client) -> None:
    for address in ("products", "vendors", "locations", "movements"):
        assert get(as_dora, address) == {"items": [], "next": None}


def test_anothers_operation_is_answered_like_none(as_dora: Client) -> None:
    for id_ in Operation.objects.values_list("pk", flat=True):
        others, none = (as_dora.get(f"{ROOT}/operations/{each}") for each in (id_, uuid4()))
        assert (others.status_code, others.content) == (404, none.content)


@pytest.mark.parametrize("address", [*QUERIES, f"operations/{uuid4()}"])
def test_a_mistyped_parameter_is_named_and_not_ignored(as_bob: Client, address: str) -> None:
    answer = as_bob.get(f"{ROOT}/{address}{'&' if '?' in address else '?'}locaton=WH")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["locaton"]
