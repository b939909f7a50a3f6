"""What people type is text: to the database, to templates and to browsers, wherever it goes in."""

from html import escape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from inventory.models import Location, Product, StockLevel, StockMovement, Vendor
from tests.conftest import person
from tests.inventory.books import ask, book
from tests.inventory.files import importer

pytestmark = pytest.mark.django_db
PAYLOADS = [
    "'; DROP TABLE inventory_product; --",
    "' OR '1'='1",
    "x%' OR 1=1 --",
    "1) OR (SELECT pg_sleep(30)) IS NULL --",
    "%s %(id)s %%",
    "\\'; SELECT 1; --",
    "':* | !zzz",
    "{{ 7|add:7 }}{% debug %}",
    "{{ request.user.password }}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)//",
]
# Every filter that a list of the API, or a page, takes as text.
API = {
    "inventory": ("product", "vendor", "location", "category", "status", "q", "cursor", "limit"),
    "products": ("vendor", "category", "q", "active", "cursor"),
    "vendors": ("cursor",),
    "locations": ("cursor",),
    "movements": (
        "location", "product", "q", "kind", "actor", "source", "operation", "made_from",
        "made_to", "cursor",
    ),
}  # fmt: skip
PAGES = {
    "/stock/": ("q", "location", "vendor", "category", "status", "sort", "after"),
    "/movements/": (
        "location", "q", "product", "kind", "actor", "source", "from", "to", "before",
    ),
    "/products/FLOUR/": ("status", "after", "id"),
    "/locations/WH/": ("status", "after", "id"),
    "/vendors/": ("after", "id"),
    "/vendors/MILL/": ("status", "after", "id"),
    "/live/changes/": ("cursor", "topics", "epoch", "rights"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def stocked(flour: Product, flour_level: StockLevel) -> None:
    book(ask("receive", 12))


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def assert_unharmed() -> None:
    assert Product.objects.filter(sku="FLOUR", name="Wheat flour").exists()
    assert StockLevel.objects.get().quantity == 12


def assert_only_text(page: str, payload: str) -> None:
    if escape(payload) != payload:
        assert payload not in page


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("address", API)
def test_a_filter_of_the_api_finds_nothing_and_breaks_nothing(
    as_alice: Client, address: str, payload: str
) -> None:
    for name in API[address]:
        answer = as_alice.get(f"/api/v1/{address}", {name: payload})
        assert answer.status_code in {200, 404, 422}, (name, answer.content)
        if answer.status_code == 200:
            assert answer.json()["items"] == [], name
        assert answer["Content-Type"].endswith("json")
    assert_unharmed()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_in_an_address_of_the_api_names_nothing(as_alice: Client, payload: str) -> None:
    for part in ("products", "vendors", "locations", "barcodes", "operations"):
        answer = as_alice.get(f"/api/v1/{part}/" + urlencode({"": payload})[1:])
        assert answer.status_code in {404, 422}, part
    assert_unharmed()


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("address", PAGES)
def test_a_filter_of_a_page_shows_what_was_typed_as_text(
    as_alice: Client, address: str, payload: str
) -> None:
    for name in PAGES[address]:
        answer = as_alice.get(address, {name: payload})
        assert answer.status_code in {200, 400}, (name, answer.status_code)
        assert_only_text(answer.content.decode(), payload)
    assert_unharmed()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_search_in_the_admin_is_text(client: Client, payload: str) -> None:
    client.force_login(person("boss", is_superuser=True, is_staff=True))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        answer = client.get(reverse(name), {"q": payload})
        assert answer.status_code == 200, name
        assert_only_text(answer.content.decode(), payload)
    assert_unharmed()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_text_of_an_operation_is_kept_as_it_is_and_shown_as_text(
    as_alice: Client, payload: str
) -> None:
    asked = {"id": str(uuid4()), "kind": "receive", "sku": "FLOUR", "location": "WH"}
    body = asked | {"quantity": 1, "reason": payload, "reference": payload}
    answer = as_alice.post(
        "/api/v1/operations", {"operations": [body]}, content_type="application/json"
    )
    assert answer.json()["results"][0]["status"] == "applied"
    line = StockMovement.objects.latest("id")
    assert (line.reason, line.reference) == (payload, payload)
    assert as_alice.get("/api/v1/movements").json()["items"][0]["reason"] == payload
    for address in ("/movements/", "/locations/WH/", "/products/FLOUR/"):
        page = as_alice.get(address).content.decode()
        assert_only_text(page, payload)
        assert f"{escape(payload)}" in page, address


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("field", ["id", "kind", "sku", "location", "to_location", "made_at"])
def test_an_operation_that_names_nothing_is_refused_in_words(
    as_alice: Client, field: str, payload: str
) -> None:
    body = {"id": str(uuid4()), "kind": "transfer", "sku": "FLOUR", "location": "WH"}
    body |= {"to_location": "SHOP"} | {field: payload}
    answer = as_alice.post(
        "/api/v1/operations",
        {"operations": [body | {"quantity": 1}]},
        content_type="application/json",
    )
    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert answer.json()["results"][0]["status"] == "rejected"
    assert_unharmed()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_are_kept_as_they_are_and_shown_as_text(
    as_alice: Client, warehouse: Location, payload: str
) -> None:
    Location.objects.update(name=payload)
    Vendor.objects.update(name=payload, contact=payload)
    Product.objects.update(name=payload, description=payload)
    for address in ("/", "/stock/", "/movements/", *(a for a in PAGES if a != "/live/changes/")):
        page = as_alice.get(address).content.decode()
        assert_only_text(page, payload)
        assert escape(payload) in page, address
    assert as_alice.get("/api/v1/products/FLOUR").json()["description"] == payload


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_imported_name_is_kept_as_it_is_and_shown_as_text(
    as_alice: Client, tmp_path: Path, payload: str, warehouse: Location
) -> None:
    quoted = payload.replace('"', '""')
    said: Any = importer("import_catalog", tmp_path)(
        f'sku,name,description\nNEW,"{quoted}","{quoted}"\n'
    )
    assert not said.refused, said
    product = Product.objects.get(sku="NEW")
    assert (product.name, product.description) == (payload, payload)
    page = as_alice.get("/products/NEW/").content.decode()
    assert_only_text(page, payload)
    assert escape(payload) in page


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_imported_code_that_is_none_is_refused(tmp_path: Path, payload: str) -> None:
    quoted = payload.replace('"', '""')
    run = importer("import_stock", tmp_path)
    said = run(f'sku,location,quantity\n"{quoted}","{quoted}","{quoted}"\n')
    assert said.codes()
    assert_unharmed()
